"""`skillaudit compile`: what it prints, what it writes, and how it ends."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from skillaudit.llm import Completion, LiveModel, RetryableError
from tests.cli.runner import Runner
from tests.compile import generated, programs
from tests.conftest import SAMPLES

ROOT = SAMPLES / "multi_agent"
FAST = ("--scorer", "lexical", "--no-cache")


def test_a_pipeline_is_compiled_and_written(skillaudit: Runner, tmp_path: Path) -> None:
    result = skillaudit("compile", ROOT / "gsm8k.yaml", "-o", tmp_path / "out", *FAST)
    assert result.code == 0 and "written to" in result.err
    assert "word-problems (form): pipeline of 3 agents, on gpt-4o-mini" in result.out
    assert "C1 serialisable communication: holds" in result.out and "3 AGENTS -> 3 SKILLS" in result.out
    assert "compiled, one call" in result.out and "stops paying at" in result.out
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == [
        "decomposer", "mapping.json", "solver", "verifier",
    ]  # fmt: skip


def test_without_a_folder_nothing_is_written(
    skillaudit: Runner, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    result = skillaudit("compile", ROOT / "crew", *FAST)
    assert result.code == 0 and "nothing written" in result.err and list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("source", "code"),
    [("gsm8k.yaml", 0), ("crew", 0), ("debate.yaml", 1), ("voting.yaml", 1), ("subagents", 1)],
)
def test_check_only_ends_with_the_verdict(source: str, code: int, skillaudit: Runner) -> None:
    result = skillaudit("compile", ROOT / source, "--check-only")
    assert result.code == code
    assert ("fails" in result.out and "Instead:" in result.out) is (code == 1)


def test_one_model_is_accepted_with_a_note(skillaudit: Runner) -> None:
    result = skillaudit("compile", ROOT / "subagents", "--check-only", "--one-model", "sonnet")
    assert "note: license-auditor: they ran on another model" in result.out
    assert "C3 one backbone: holds" in result.out and result.code == 1


def test_part_of_a_system_is_compiled(skillaudit: Runner, tmp_path: Path) -> None:
    result = skillaudit("compile", ROOT / "debate.yaml", "-o", tmp_path / "out", *FAST)
    assert result.code == 0 and "stay agents   proponent, opponent" in result.out
    assert [p.name for p in sorted((tmp_path / "out").iterdir())] == ["judge", "mapping.json"]


def test_json_holds_everything(skillaudit: Runner) -> None:
    result = skillaudit("compile", ROOT / "subagents", "-f", "json", *FAST)
    data = json.loads(result.out)
    assert set(data) == {"system", "compilation", "skipped", "cost", "execution"}
    assert data["compilation"]["kept_agents"] == ["incident-scribe", "license-auditor"]
    assert {item["code"] for item in data["skipped"]} == {"not-an-agent", "runtime-key"}
    assert data["cost"]["agents"]["tokens"] > 0 and isinstance(data["cost"]["pays"], bool)


def test_the_success_of_its_chains_is_predicted(skillaudit: Runner) -> None:
    result = skillaudit("compile", ROOT / "gsm8k.yaml", *FAST)
    _, chains = result.out.split("1 CHAIN OF SKILLS")
    assert "  decomposer -> solver -> verifier " in chains and "weak link " in chains
    assert "one by one: each finds" in chains and "Fitted on" in chains
    data = json.loads(skillaudit("compile", ROOT / "gsm8k.yaml", "-f", "json", *FAST).out)
    (chain,) = data["execution"]["chains"]
    assert [step["skill"] for step in chain["steps"]] == ["decomposer", "solver", "verifier"]
    assert chain["source"] == "compiled" and chain["origin"] == "compiled from word-problems"
    assert f"{100 * chain['success']['value']:.0f}% (" in chains
    assert chain["success"]["value"] <= chain["with_state"]


def test_without_chains_nothing_is_predicted(skillaudit: Runner) -> None:
    assert "CHAIN OF SKILLS" not in skillaudit("compile", ROOT / "debate.yaml", *FAST).out


def test_a_crew_in_python_is_compiled(skillaudit: Runner, tmp_path: Path) -> None:
    result = skillaudit("compile", programs.garden(tmp_path / "garden"), *FAST)
    assert result.code == 0 and "garden (crewai): pipeline of 2 agents, on gpt-4o" in result.out
    assert "  surveyor -> planter " in result.out


def test_the_form_can_be_exported_and_compiled_again(skillaudit: Runner, tmp_path: Path) -> None:
    form = tmp_path / "crew.json"
    assert skillaudit("compile", ROOT / "crew", "--export", form, "--check-only").code == 0
    first = skillaudit("compile", ROOT / "crew", "-f", "json", *FAST)
    second = skillaudit("compile", form, "-f", "json", *FAST)
    order = [json.loads(result.out)["compilation"]["order"] for result in (first, second)]
    assert order[0] == order[1] and len(order[0]) == 4


def test_many_skills_are_cut_and_said(skillaudit: Runner, tmp_path: Path) -> None:
    generated.expert_style(tmp_path)
    result = skillaudit("compile", tmp_path, *FAST)
    assert "44 AGENTS -> 44 SKILLS" in result.out and "and 32 skills more" in result.out
    assert "(-f json lists all)" in result.out


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("nothing.yaml",), "no such file or folder"),
        ((ROOT / "gsm8k.yaml", "-o", ROOT), "exists already"),
        ((ROOT / "gsm8k.yaml", "--compare", ROOT / "tasks" / "gsm8k.jsonl"), "--compare needs a model"),
        ((ROOT / "gsm8k.yaml", "--check-only", "-o", "new"), "--check-only writes no skills"),
        (
            (ROOT / "gsm8k.yaml", "--compare", "tasks", "--model", "openai/x", "-o", "new"),
            "--compare writes no",
        ),
        (
            (ROOT / "gsm8k.yaml", "--compare", "tasks", "--model", "openai/x", "--check-only"),
            "one of the two",
        ),
        ((ROOT / "gsm8k.yaml", "--model", "openai/x"), "--model is for --compare"),
        ((ROOT / "gsm8k.yaml", "--stepwise"), "--stepwise is for --compare"),
        ((ROOT / "gsm8k.yaml", "--run-tests"), "--run-tests is for --compare"),
        ((ROOT / "gsm8k.yaml", "--api-base", "http://localhost"), "--api-base is for a model"),
    ],
)
def test_mistakes_end_with_code_2(arguments: tuple[object, ...], says: str, skillaudit: Runner) -> None:
    result = skillaudit("compile", *arguments, *FAST)
    assert result.code == 2 and says in result.err and result.out == ""


@pytest.mark.slow
def test_a_model_without_a_provider_ends_with_code_3(skillaudit: Runner) -> None:
    result = skillaudit("compile", ROOT / "gsm8k.yaml", "--decomposer", "no-such-model")
    assert result.code == 3 and "no provider is known" in result.err


class Live:
    """Stands in for the model behind `skillaudit.llm`."""

    def __init__(self, failures: int = 0) -> None:
        self.calls = 0
        self.failures = failures

    async def complete(self, _: LiveModel, messages: Sequence[Mapping[str, str]]) -> Completion:
        self.calls += 1
        if self.calls <= self.failures:
            raise RetryableError("busy", retry_after=0.0)
        return Completion(text="Answer: 49", prompt_tokens=100, completion_tokens=10)


def install(live: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    async def complete(self: LiveModel, messages: Any) -> Completion:
        return await live.complete(self, messages)

    async def aclose(self: LiveModel) -> None:
        return None

    monkeypatch.setattr(LiveModel, "complete", complete)
    monkeypatch.setattr(LiveModel, "check", lambda self: None)
    monkeypatch.setattr(LiveModel, "aclose", aclose)


def test_a_comparison_is_a_table(skillaudit: Runner, monkeypatch: pytest.MonkeyPatch) -> None:
    live = Live(failures=2)
    install(live, monkeypatch)
    tasks = ROOT / "tasks" / "gsm8k.jsonl"
    result = skillaudit("compile", ROOT / "gsm8k.yaml", "--compare", tasks, "--model", "openai/x")
    assert result.code == 0 and live.calls == 2 + 6 * 3 + 6
    assert "SAME TASKS, SAME MODEL  openai/x" in result.out and " 17% (" in result.out
    assert "tokens 66.7%" in result.out and "calls 66.7%" in result.out


def test_a_comparison_as_json_has_the_sums(skillaudit: Runner, monkeypatch: pytest.MonkeyPatch) -> None:
    install(Live(), monkeypatch)
    result = skillaudit(
        "compile", ROOT / "gsm8k.yaml", "--compare", ROOT / "tasks" / "gsm8k.jsonl", "--model", "openai/x",
        "--stepwise", "-f", "json",
    )  # fmt: skip
    data = json.loads(result.out)
    assert [(side["side"], side["total_calls"], side["prompt_tokens"]) for side in data["sides"]] == [
        ("agents", 18, 1800), ("one call", 6, 600), ("stepwise", 6, 600),
    ]  # fmt: skip
