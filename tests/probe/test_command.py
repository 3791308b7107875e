"""`skillaudit probe` from the outside, with local scorers for a model."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from skillaudit.llm import Price
from skillaudit.probe.records import ProbeResult
from skillaudit.routing.decisions import read_decisions, read_library
from tests.cli.runner import Runner

LIBRARY = {
    "invoice-maker": "Makes invoices from orders.",
    "chart-drawer": "Draws charts from tables.",
    "mail-writer": "Writes mails to customers.",
    "tax-filer": "Files taxes for the year.",
    "song-finder": "Finds songs by their melody.",
    "map-reader": "Reads maps and plans routes.",
    "bread-baker": "Bakes bread at a given hour.",
    "lock-smith": "Opens locks without a key.",
    "moon-watcher": "Watches the phases of the moon.",
    "tree-planter": "Plants trees in rows.",
}
REQUESTS = (
    ("please make invoices for all open orders", "invoice-maker"),
    ("draw charts of these tables", "chart-drawer"),
    ("write mails to our customers about the delay", "mail-writer"),
    ("plan routes on these maps", "map-reader"),
    ("file the taxes for this year", "tax-filer"),
    ("plants in rows make charts of the moon", "tree-planter"),
    ("tell me a joke", None),
)


@pytest.fixture
def skillaudit(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], tmp_path: Path) -> Runner:
    """Return a function that runs the command line, with folders of its own for data and settings."""
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    return Runner(monkeypatch, capfd)


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """Return a library of ten skills and a file of requests beside it."""
    for name, description in LIBRARY.items():
        path = tmp_path / "skills" / name / "SKILL.md"
        path.parent.mkdir(parents=True)
        path.write_text(
            f"---\nname: {name}\ndescription: {description}\n---\n\n# {name}\n\nDo it with care.\n"
        )
    lines = [json.dumps({"query": query, "gold": [gold] if gold else []}) for query, gold in REQUESTS]
    (tmp_path / "requests.jsonl").write_text("\n".join(lines))
    return tmp_path / "skills"


def options(source: Path, *more: object) -> list[object]:
    """Return the arguments of a lexical probe."""
    model = () if "--model" in more else ("--model", "local/lexical")
    return [
        "probe", source, *model, "--scorer", "lexical", "--no-cache",
        "--requests", source.parent / "requests.jsonl", "--log", source.parent / "log.sqlite", *more,
    ]  # fmt: skip


def test_a_probe_says_what_was_measured_beside_what_was_predicted(skillaudit: Runner, source: Path) -> None:
    found = skillaudit(*options(source, "--repeats", 1))
    assert found.code == 0, found.err
    assert "model         local/lexical" in found.out
    assert "MEASURED  profile local/lexical" in found.out
    assert "false triggers 100%" in found.out
    assert "that the two agree is no evidence" in found.out
    judged_by_another = skillaudit(*options(source, "--repeats", 1, "--router", "frontier"))
    assert judged_by_another.code == 0 and "no evidence" not in judged_by_another.out
    assert "7 calls, 0 answers from the log" in found.out
    assert "7 decisions, about 7 calls, about $0.0000 (budget $2.50)" in found.err


def test_a_second_run_asks_nothing_and_says_the_same(skillaudit: Runner, source: Path) -> None:
    first = skillaudit(*options(source, "-f", "json"))
    second = skillaudit(*options(source, "-f", "json", "--resume"))
    one, two = (msgspec.json.decode(found.out, type=ProbeResult) for found in (first, second))
    assert one.result == two.result
    assert two.spending.calls == 0 and two.spending.known == one.spending.calls == 21
    assert "the log has every answer" in second.err


@pytest.mark.parametrize(
    "study", ["accuracy", "decay", "competition", "policy", "hierarchy", "anchors", "protocol", "rescue"]
)
def test_every_study_runs_offline(skillaudit: Runner, source: Path, study: str) -> None:
    found = skillaudit(*options(source, "--study", study, "--repeats", 1, "-q"))
    assert found.code == 0 and found.err == ""
    assert found.out.startswith(f"{study}: ")


def test_a_client_is_probed_on_its_own_listing(skillaudit: Runner, source: Path) -> None:
    found = skillaudit(*options(source, "--client", "claude-code", "-f", "json", "--repeats", 1))
    assert found.code == 0
    assert json.loads(found.out)["result"]["arms"][0]["rates"]["accuracy"]["value"] > 0.5


def test_decisions_and_a_profile_are_kept_for_the_forecast(skillaudit: Runner, source: Path) -> None:
    folder = source.parent / "out"
    found = skillaudit(*options(source, "--study", "decay", "--export", folder, "--save-profile", "mine"))
    assert found.code == 0, found.err
    assert "Saved as router profile mine" in found.out
    library = read_library(folder / "library.jsonl.gz")
    assert len(read_decisions(folder / "queries.jsonl.gz", library).decisions) == 6 * 2 * 3
    audit = skillaudit(
        "report", source, "--scorer", "lexical", "--router", "mine", "--no-cache", "-f", "json",
        "--requests", source.parent / "requests.jsonl",
    )  # fmt: skip
    assert audit.code == 0 and json.loads(audit.out)["forecast"]["router"] == "mine"


@pytest.mark.parametrize("there", [True, False])
def test_an_export_without_parquet_says_how_to_get_it(
    skillaudit: Runner, source: Path, monkeypatch: pytest.MonkeyPatch, there: bool
) -> None:
    for room in ("probe.exporting", "asking.parquet"):
        monkeypatch.setattr(f"skillaudit.{room}.has_parquet", lambda: there)
    monkeypatch.setattr("skillaudit.probe.exporting.parquet", lambda rows, kinds: b"")
    found = skillaudit(*options(source, "--repeats", 1, "--export", source.parent / "out"))
    assert found.code == 0
    assert ("with pyarrow installed" in found.err) == (not there)


def test_a_budget_of_nothing_asks_nothing(
    skillaudit: Runner, source: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    price = Price(prompt=1e-6, completion=1e-6)
    monkeypatch.setattr("skillaudit.probe.session.LocalRouter.price", property(lambda self: price))
    found = skillaudit(*options(source, "--budget", 0))
    assert found.code == 0 and "No question was asked." in found.out
    assert "budget was reached after 0 of 21 decisions" in " ".join(found.out.split())
    assert "more than the budget" in found.err


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (["--model", "local/nothing"], 2, "local/hybrid"),
        (["--resume"], 2, "--resume"),
        (["--price", "cheap"], 2, "--price"),
        (["--price", "1,-2"], 2, "--price"),
        (["--study", "decya"], 2, "decay"),
        (["--synthesize", "local/lexical"], 2, "--synthesize"),
        (["--study", "hierarchy", "--save-profile", "mine"], 2, "decay"),
        (["--requests", "missing.jsonl"], 2, "missing.jsonl"),
        (["--client", "claude-cod"], 2, "claude-code"),
        (["--log", "/dev/null/log"], 2, "--log"),
        (["--budget", "nan"], 2, "finite"),
        (["--timeout", "inf"], 2, "finite"),
        (["--budget", "1", "--no-budget"], 2, "--no-budget"),
        (["--export", "/dev/null"], 2, "export"),
        (["--save-profile", "../mine"], 2, "name"),
        (["--output", "/dev/null/out"], 2, "cannot write"),
    ],
)
def test_what_cannot_be_done_is_said_in_one_sentence(
    skillaudit: Runner, source: Path, arguments: list[str], code: int, says: str
) -> None:
    found = skillaudit(*options(source, *arguments))
    assert found.code == code and found.out == ""
    assert says in found.err and "Traceback" not in found.err
    # Nothing was begun, and no empty log is left behind.
    assert not (source.parent / "log.sqlite").exists() or arguments[0] in {
        "--model",
        "--requests",
        "--client",
    }


def test_a_second_model_writes_requests_once_for_skills_that_have_none(
    skillaudit: Runner, source: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    def completer(model: str, *, api_base: str | None = None) -> Callable[[str], str]:
        assert model == "writer/model"

        def complete(prompt: str) -> str:
            asked.append(prompt)
            number = len(asked)
            sentence = f"could somebody look after case {number} of mine soon because nobody else here has time for it"
            return json.dumps([f"{sentence} {word}" for word in ("today", "tomorrow", "later")])

        return complete

    monkeypatch.setattr("skillaudit.probe.session.completer", completer)
    arguments = options(source, "--synthesize", "writer/model", "--repeats", 1, "-f", "json", "-q")
    first = skillaudit(*arguments)
    assert first.code == 0, first.err
    # Six skills have a request of their own in the file, four have none.
    judged = {gold for _, gold in REQUESTS if gold}
    assert len(asked) == len(LIBRARY) - len(judged)
    assert not any(f"{name!r}" in prompt for prompt in asked for name in judged)
    rates = msgspec.json.decode(first.out, type=ProbeResult).result.arms[0].rates
    assert rates.decisions == len(judged) + 3 * len(asked)
    before = len(asked)
    assert skillaudit(*arguments).code == 0 and len(asked) == before


def test_a_library_without_requests_is_told_where_to_get_some(skillaudit: Runner, source: Path) -> None:
    found = skillaudit(
        "probe",
        source,
        "--model",
        "local/lexical",
        "--scorer",
        "lexical",
        "--no-cache",
        "--log",
        source.parent / "log",
    )
    assert found.code == 2 and "--synthesize" in found.err
