"""Sentences of prose, in any script."""

from __future__ import annotations

from skillaudit.text.sentences import sentences


def test_sentences() -> None:
    text = "Reads v1.2 files. Writes e.g. tables! 读取文件。写入表格。"
    assert sentences(text) == [
        "Reads v1.2 files.",
        "Writes e.g. tables!",
        "读取文件。",
        "写入表格。",
    ]


def test_what_ends_no_sentence() -> None:
    text = 'Dr. Who, No. 5 et al. follow. 1. Say "Stop." Then go (now). "Yes!" they said\n\nEnd'
    assert sentences(text) == [
        "Dr. Who, No. 5 et al. follow.",
        '1. Say "Stop."',
        "Then go (now).",
        '"Yes!" they said',
        "End",
    ]
