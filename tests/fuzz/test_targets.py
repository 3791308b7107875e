"""Every door takes its corpus, damaged in any way, and documents of its own form with anything in them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.fuzz.targets import FORMS, TARGETS, run

CORPUS = Path(__file__).parent / "corpus"
SEEDS = [(path.parent.name, path) for path in sorted(CORPUS.glob("*/*"))]

QUICK = settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))

TEXT = st.one_of(
    st.text(max_size=12),
    st.sampled_from(
        ["", "a-b", "c", "\x1b[2J", "\u202e", "\ud800", "\0", "1" * 5000, "../x", "[" * 100, "x\ny", "*a"]
    ),
)
LONG = "<a number without end>"
LEAF = st.one_of(
    TEXT, st.none(), st.just(LONG), st.booleans(), st.integers(), st.floats(),
    st.sampled_from([10**30, 10**400, -1, 2**63, 1e308]),
)  # fmt: skip


def data(keys: tuple[str, ...]) -> st.SearchStrategy[Any]:
    """Return documents whose mappings have these keys, and others, in any place."""
    names = st.sampled_from(keys) | TEXT
    return st.recursive(
        LEAF,
        lambda inner: st.lists(inner, max_size=4) | st.dictionaries(names, inner, max_size=6),
        max_leaves=15,
    )


def as_json(value: Any) -> bytes:
    """Write JSON as a hostile writer would: NaN, half characters and numbers without end included."""
    return json.dumps(value).encode().replace(json.dumps(LONG).encode(), b"1" * 5000)


@pytest.mark.parametrize(("name", "path"), SEEDS, ids=[f"{name}-{path.name}" for name, path in SEEDS])
def test_the_corpus_passes_whole_and_cut(name: str, path: Path) -> None:
    seed = path.read_bytes()
    run(name, seed)
    for stop in range(0, len(seed), max(1, len(seed) // 20)):
        run(name, seed[:stop])
        run(name, seed[:stop] + b"\xff" + seed[stop + 1 :])


def test_every_target_has_a_corpus() -> None:
    assert {name for name, _ in SEEDS} == set(TARGETS)


@pytest.mark.parametrize("name", sorted(TARGETS))
def test_anything_at_all(name: str) -> None:
    @QUICK
    @given(
        st.binary(max_size=200)
        | st.text(max_size=200).map(lambda text: text.encode("utf-8", "surrogatepass"))
    )
    def check(found: bytes) -> None:
        run(name, found)

    check()


@pytest.mark.parametrize("name", FORMS)
def test_documents_of_the_form_with_anything_in_them(name: str) -> None:
    @QUICK
    @given(data(FORMS[name]), st.integers(0, 3))
    def check(value: Any, which: int) -> None:
        document = as_json(value)
        run(name, document)
        run(name, bytes([which]) + document)
        run(name, bytes([which]) + document + b"\n" + document)

    check()


@pytest.mark.parametrize("name", ["skill_file", "frontmatter_edit"])
def test_frontmatters_with_anything_in_them(name: str) -> None:
    keys = (
        "name",
        "description",
        "metadata",
        "skillaudit-router",
        "allowed-tools",
        "disable-model-invocation",
    )

    @QUICK
    @given(data(keys), st.text(max_size=40))
    def check(value: Any, body: str) -> None:
        try:
            head = yaml.safe_dump(value, allow_unicode=True)
        except (ValueError, yaml.YAMLError):
            return
        run(name, f"---\n{head}---\n{body}".encode("utf-8", "surrogatepass"))

    check()
