"""The commands around the forecast: profiles, calibration, laws, what-if, validation."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from skillaudit.laws.published import published
from skillaudit.routing.profiles import DEFAULT_ROUTER, built_in
from tests.cli.runner import Runner
from tests.conftest import SAMPLES

CLEAN = SAMPLES / "clean"
LEXICAL = ("--scorer", "lexical")
TOPICS = ("slides", "invoices", "weather", "recipes", "flights", "songs", "taxes", "garden")


@pytest.fixture(autouse=True)
def own_profiles(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Keep the profiles of the test apart from the developer's own."""
    folder = tmp_path_factory.mktemp("config")
    monkeypatch.setattr("platformdirs.user_config_path", lambda *_, **more: folder)
    return folder


def decision(topic: str, number: int, offered: int) -> dict[str, Any]:
    """A request that model `m` gets right with few on offer, and `n` always."""
    others = [name for name in TOPICS if name != topic][: offered - 1]
    taken = others[number % len(others)] if others and offered > 4 and number % 2 else topic
    return {
        "query": f"please do number {number} about {topic}",
        "gold": [topic],
        "candidates": [topic, *others],
        "choice": {"m": taken, "n/x:1": None if number == 3 else topic},
    }


def write_log(folder: Path, *, numbers: range = range(6), zipped: bool = False) -> Path:
    """A log over eight skills, with its library beside it."""
    folder.mkdir(parents=True, exist_ok=True)
    library = "".join(json.dumps({"name": t, "description": f"Handles {t}."}) + "\n" for t in TOPICS)
    lines = [decision(topic, n, size) for topic in TOPICS for n in numbers for size in (2, 4, 8)]
    text = "".join(json.dumps(line) + "\n" for line in lines)
    if zipped:
        (folder / "library.jsonl.gz").write_bytes(gzip.compress(library.encode()))
        (folder / "queries.jsonl.gz").write_bytes(gzip.compress(text.encode()))
        return folder / "queries.jsonl.gz"
    (folder / "library.jsonl").write_text(library, encoding="utf-8")
    (folder / "queries.jsonl").write_text(text, encoding="utf-8")
    return folder / "queries.jsonl"


def calibrated(skillaudit: Runner, log: Path, *more: object) -> dict[str, Any]:
    library = log.with_name(log.name.replace("queries", "library"))
    result = skillaudit("calibrate", log, "--library", library, *LEXICAL, "-f", "json", *more)
    assert result.code == 0, result.err
    found: dict[str, Any] = json.loads(result.out)
    return found


def test_calibrate_reports_models_and_cells_by_the_agreed_names(skillaudit: Runner, tmp_path: Path) -> None:
    found = calibrated(skillaudit, write_log(tmp_path))
    assert [model["model"] for model in found["models"]] == ["m", "n/x:1"]
    for model in found["models"]:
        assert {"log_loss", "log_loss_size_only", "auc", "calibration_error"} <= set(model)
        assert model["decisions"] == 8 * 6 * 3
    names = {
        "model",
        "n",
        "predicted_accuracy",
        "low",
        "high",
        "measured_accuracy",
        "predicted_hijack",
        "measured_hijack",
    }
    assert all(names <= set(cell) for cell in found["cells"])
    assert [(cell["model"], cell["n"]) for cell in found["cells"]] == [
        (model, n) for model in ("m", "n/x:1") for n in (2, 4, 8)
    ]
    measured = {(cell["model"], cell["n"]): cell for cell in found["cells"]}
    assert measured["m", 8]["measured_accuracy"] == 0.5 and measured["m", 8]["measured_hijack"] == 0.5
    assert measured["m", 4]["measured_accuracy"] == 1
    assert measured["n/x:1", 2]["measured_accuracy"] == pytest.approx(5 / 6)
    assert measured["n/x:1", 2]["measured_hijack"] == 0
    few, many = (measured["m", n] for n in (2, 8))
    assert few["predicted_accuracy"] > many["predicted_accuracy"]
    assert few["predicted_hijack"] < many["predicted_hijack"]


def test_calibrate_judges_on_a_file_of_its_own(skillaudit: Runner, tmp_path: Path) -> None:
    first = write_log(tmp_path / "a", numbers=range(4), zipped=True)
    second = write_log(tmp_path / "b", numbers=range(4, 6))
    found = calibrated(skillaudit, first, "--test", second)
    assert found["models"][0]["decisions"] == 8 * 2 * 3
    assert found["held_out"] == "a file of its own"


def test_calibrate_saves_what_audit_then_uses(skillaudit: Runner, tmp_path: Path, own_profiles: Path) -> None:
    log = write_log(tmp_path)
    library = tmp_path / "library.jsonl"
    result = skillaudit(
        "calibrate", log, "--library", library, "--save", "mine", "--date", "2026-01-02", *LEXICAL
    )
    assert result.code == 0 and "use --router mine/m" in result.err
    saved = {path.name for path in (own_profiles / "routers").iterdir()}
    assert saved == {"mine.json", "mine__m.json", "mine__n-x-1.json"}
    rows = {row["name"]: row for row in json.loads(skillaudit("routers", "-f", "json").out)}
    assert rows["mine/m"]["date"] == "2026-01-02" and rows["mine/m"]["sizes"] == [2, 8]
    assert [cell["n"] for cell in rows["mine/m"]["cells"]] == [2, 4, 8] and not rows["mine"]["cells"]
    pair = [rows[name]["metrics"]["log_loss"] for name in ("mine/m", "mine/n-x-1")]
    assert rows["mine"]["metrics"]["log_loss"] == pytest.approx(sum(pair) / 2)
    used = skillaudit("report", CLEAN, "-f", "json", "--router", "mine/m", *LEXICAL)
    assert json.loads(used.out)["forecast"]["router"] == "mine/m"


def test_calibrate_takes_the_day_from_the_lines_or_says_how_to_give_it(
    skillaudit: Runner, tmp_path: Path
) -> None:
    log, library = write_log(tmp_path), tmp_path / "library.jsonl"
    lines = [json.loads(line) for line in log.read_text(encoding="utf-8").splitlines()]
    moments: tuple[dict[str, object], ...] = ({"date": "2025-11-30T10:00:00Z"}, {"timestamp": 1764633600}, {})
    dated = tmp_path / "dated.jsonl"
    dated.write_text("".join(json.dumps(line | moments[i % 3]) + "\n" for i, line in enumerate(lines)))
    for path, arguments, day in (
        (log, (), ""),
        (dated, (), "2025-12-02"),
        (dated, ("--date", "2026-01-02"), "2026-01-02"),
    ):
        result = skillaudit("calibrate", path, "--library", library, "--save", "mine", *arguments, *LEXICAL)
        assert result.code == 0 and ("--date YYYY-MM-DD dates them" in result.err) == (not day)
        rows = {row["name"]: row for row in json.loads(skillaudit("routers", "-f", "json").out)}
        assert rows["mine/m"]["date"] == day
    dated.write_text(json.dumps(lines[0] | {"date": "yesterday"}) + "\n")
    assert "`date` must be an ISO day or time" in skillaudit("calibrate", dated, "--library", library).err


def test_calibrate_says_where_it_starts_from(skillaudit: Runner, tmp_path: Path) -> None:
    log = write_log(tmp_path)
    base = ("calibrate", log, "--library", tmp_path / "library.jsonl", *LEXICAL)
    known, blank = skillaudit(*base).out, skillaudit(*base, "--blank").out
    assert f"start from {DEFAULT_ROUTER}, fast and older" in known and "start from" not in blank
    assert "mean absolute error: accuracy" in blank
    assert max(map(len, known.splitlines())) <= 80


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--save", "../x"), "cannot name a router profile"),
        (("--test", "more.jsonl"), "--test needs --library"),
        ((), "`candidate_descriptions`"),
    ],
)
def test_calibrate_refuses_in_one_sentence(
    skillaudit: Runner, tmp_path: Path, arguments: tuple[str, ...], message: str
) -> None:
    result = skillaudit("calibrate", write_log(tmp_path), *arguments, *LEXICAL)
    assert result.code == 2 and message in result.err


def test_calibrate_wants_a_log_that_exists(skillaudit: Runner, tmp_path: Path) -> None:
    result = skillaudit("calibrate", tmp_path / "no.jsonl", *LEXICAL)
    assert result.code == 2 and "no.jsonl" in result.err


def test_routers_lists_the_default_first_and_how_to_save(skillaudit: Runner) -> None:
    out = skillaudit("routers").out
    assert out.startswith(f"{DEFAULT_ROUTER}\ndefault\n") and out.count("\ndefault\n") == 1
    for profile in built_in():
        assert profile.name in out and profile.date in out
    assert "local/lexical" in out and "--save NAME" in " ".join(out.split())
    rows = json.loads(skillaudit("routers", "-f", "json").out)
    assert [row["name"] for row in rows if row["default"]] == ["frontier"]
    assert {"fits", "sizes", "training", "metrics", "date"} <= set(rows[0])


def test_laws_lists_the_published_with_values_source_and_range(skillaudit: Runner) -> None:
    found = json.loads(skillaudit("laws", "-f", "json").out)
    assert found["library"] is None and len(found["published"]) == len(published())
    mean = found["published"][0]
    assert mean["accuracy"]["200"] == pytest.approx(0.834 - 0.042 * 5.298317, abs=1e-6)
    out = skillaudit("laws").out
    for law in published():
        assert law.source in " ".join(out.split())
    assert "0.611" in out and "0.989?" in out, "10 skills are outside what the survey measured"
    assert max(map(len, out.splitlines())) <= 80


def test_laws_draws_the_librarys_own(skillaudit: Runner) -> None:
    found = json.loads(skillaudit("laws", CLEAN, "-f", "json", "--floor", "0.5", *LEXICAL).out)["library"]
    points = [(point["n"], point["accuracy"]["value"]) for point in found["points"]]
    assert points[0][0] == 5 and points[-1][0] == 24 and points[0][1] > points[-1][1]
    assert found["floor"] == 0.5 and sum(form["chosen"] for form in found["forms"]) == 1
    assert found["router"] == "frontier"
    out = skillaudit("laws", CLEAN, *LEXICAL).out
    assert f"THIS LIBRARY  for router {DEFAULT_ROUTER}" in out and "(chosen)" in out and "above 80.0%" in out
    assert "E this library" in out


def test_laws_says_why_there_is_no_curve(skillaudit: Runner, write_skill: Callable[..., Path]) -> None:
    root = write_skill("slides", "Turns documents into decks.").parent.parent
    result = skillaudit("laws", root, *LEXICAL)
    assert result.code == 0 and "no request speaks for this library" in result.out


def test_whatif_says_what_and_to_whom(skillaudit: Runner, write_skill: Callable[..., Path]) -> None:
    lines = "## When to use\n\n- Make a deck of pages from this report\n- I need pages for my talk\n"
    root = write_skill("slides", "Turns documents into decks for a talk.", lines).parent.parent
    write_skill("weather", "Looks up the weather of a city.", "## When to use\n\n- Will it rain in Paris?\n")
    more = write_skill("decks", "Turns documents into decks for any talk.", folder="more").parent.parent
    out = skillaudit("whatif", root, "--add", more, "--remove", "weather", *LEXICAL).out
    assert "decks: accuracy -" in out and "weather: accuracy +" in out
    assert "slides (" in out
    found = json.loads(skillaudit("whatif", root, "--add", more, "-f", "json", *LEXICAL).out)
    assert found["accuracy"] < 0 < found["hijack"]
    assert {change["id"] for change in found["changes"]} >= {"decks", "slides"}
    wrong = skillaudit("whatif", root, "--remove", "slide", *LEXICAL)
    assert wrong.code == 2 and "did you mean slides?" in wrong.err
    assert skillaudit("whatif", root, *LEXICAL).code == 2


def test_validate_prints_the_stored_figures_where_right_and_where_wrong(skillaudit: Runner) -> None:
    out = skillaudit("validate").out
    assert "mean absolute error: accuracy" in out and "furthest off:" in out
    rows = json.loads(skillaudit("validate", "-f", "json").out)
    assert [row["name"] for row in rows] == [profile.name for profile in built_in()]
    pool = [cell for row in rows for cell in row["cells"] if row["name"] == "gpt-4o"]
    assert [cell["n"] for cell in pool] == [1, 16, 32, 64, 128, 256, 512]
    off = [abs(cell["predicted_accuracy"] - cell["measured_accuracy"]) for cell in pool]
    assert sum(off) / len(off) < 0.02


def test_validate_recomputes_from_logs_and_names_what_it_leaves_out(
    skillaudit: Runner, tmp_path: Path
) -> None:
    write_log(tmp_path / "routing" / "one", zipped=True)
    write_log(tmp_path / "routing" / "two", numbers=range(4))
    silent = tmp_path / "routing" / "silent"
    silent.mkdir()
    line = {"query": "x", "gold": [], "candidates": ["a"], "candidate_descriptions": ["b"]}
    (silent / "queries.jsonl").write_text(json.dumps(line) + "\n", encoding="utf-8")
    bare = tmp_path / "routing" / "bare"
    bare.mkdir()
    (bare / "queries.jsonl").write_text('{"query": "x", "gold": ["a"]}\n', encoding="utf-8")
    result = skillaudit("validate", "--data", tmp_path, *LEXICAL)
    assert result.code == 0
    assert "silent: no recorded decision, left out" in result.err
    assert "bare: no library.jsonl beside it" in result.err
    assert result.out.count("mean absolute error") == 3 and "ALL TOGETHER" in result.out
    found = json.loads(skillaudit("validate", "--data", tmp_path, "-f", "json", *LEXICAL).out)
    assert list(found) == ["one", "two"] and found["one"]["start"] == "blank"


def test_validate_wants_logs(skillaudit: Runner, tmp_path: Path) -> None:
    result = skillaudit("validate", "--data", tmp_path, *LEXICAL)
    assert result.code == 2 and "no log of decisions" in result.err
    result = skillaudit("validate", *LEXICAL)
    assert result.code == 2 and "--scorer is for new figures from --data" in result.err


def test_a_client_that_cuts_the_list_never_looks_better(skillaudit: Runner, tmp_path: Path) -> None:
    verbs = ("forge", "prune", "ferry", "gauge", "braid", "quench", "sieve", "mend", "glaze", "haul")
    things = ("anvils", "orchards", "barges", "dials", "ropes", "blades", "grain", "nets", "pots", "timber")
    rows = [
        {"name": f"{v}-{t}", "description": f"How to {v} {t}. " + f"Also to {v} whole loads of {t}. " * 12}
        for v in verbs
        for t in things
    ]
    library = tmp_path / "library.jsonl"
    library.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    found = {}
    for client in (None, "claude-code", "codex", "copilot-cli"):
        options = ("--client", client) if client else ()
        result = skillaudit("check", library, "-f", "json", "--scorer", "lexical", "--no-cache", *options)
        found[client] = json.loads(result.out)["forecast"]
    whole = found.pop(None)["accuracy"]["value"]
    assert whole > 0.3
    for client, forecast in found.items():
        assert forecast["accuracy"]["value"] < whole, client
    # One client leaves skills out, and what is out is never right.
    cut = found["copilot-cli"]
    assert "skills are not on offer" in cut["source"]
    left_out = int(cut["source"].split("; ")[-1].split(" of ")[0])
    assert left_out > 20 and cut["accuracy"]["value"] < 1 - left_out / 100
