"""Pairs of a report: those that lose requests, and those that do the same though no request says so."""

from __future__ import annotations

import json
from pathlib import Path

from skillaudit.config import Config
from skillaudit.pipeline import audit

SKILLS = {
    "prompt-engineer": "Design prompts for language models: structure, examples, output formats, evaluation.",
    "prompt-engineering": "Design prompts for language models: structure, examples, output formats, debugging.",
    "invoice-reader": "Read totals and due dates out of scanned invoices.",
    "receipt-reader": "Read totals and shops out of scanned receipts.",
    "postgres-tuning": "Tune slow Postgres queries with indexes and explain plans.",
    "wedding-toasts": "Write short wedding toasts for nervous speakers.",
}


def test_two_that_do_the_same_are_named_though_no_request_speaks_for_them(tmp_path: Path) -> None:
    library, asked = tmp_path / "skills.jsonl", tmp_path / "asked.jsonl"
    library.write_text(
        "".join(json.dumps({"name": name, "description": text}) + "\n" for name, text in SKILLS.items())
    )
    asked.write_text(json.dumps({"query": "read the totals of this scan", "gold": ["invoice-reader"]}) + "\n")
    config = Config(scorer="lexical", use_cache=False, law=False, requests=(asked,))
    doubles = {"prompt-engineer", "prompt-engineering"}
    pairs = audit([library], config).pairs
    assert {pairs[-1].a, pairs[-1].b} == doubles and pairs[-1].merge
    assert pairs[-1].a_to_b == pairs[-1].b_to_a == 0
    assert {pairs[0].a, pairs[0].b} == {"invoice-reader", "receipt-reader"} and pairs[0].a_to_b + pairs[
        0
    ].b_to_a > 0
    alone = audit([library], Config(scorer="lexical", use_cache=False, law=False)).pairs
    assert {alone[0].a, alone[0].b} == doubles and alone[0].merge
    assert [{pair.a, pair.b} for pair in alone].count(doubles) == 1
