"""`skillaudit compile`: turn a multi-agent system into a library of skills, or say why not."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from skillaudit.cli.options import form_option, make_config, narration, setting_options
from skillaudit.cli.output import deliver, deliver_json, show

if TYPE_CHECKING:
    from skillaudit.compile.compiler import Compilation
    from skillaudit.compile.costs import Costs
    from skillaudit.compile.system import System
    from skillaudit.llm import LiveModel
    from skillaudit.schema import Execution

_ROOM = 2048
"""Most tokens of one answer."""
_ATTEMPTS = 4


@click.command("compile")
@click.argument("source")
@click.option("-o", "--output", type=click.Path(path_type=Path), help="New folder for the skills.")
@click.option(
    "--decomposer",
    default="rules",
    show_default=True,
    metavar="rules|MODEL",
    help="Who finds the capabilities in a prompt: the built-in rules, or a model by its litellm name.",
)
@click.option("--check-only", is_flag=True, help="Say whether it can be compiled; exit 1 when it cannot.")
@click.option("--one-model", metavar="MODEL", help="Accept one model for agents that ran on several.")
@click.option(
    "--compare",
    "tasks",
    type=click.Path(path_type=Path),
    metavar="TASKS.jsonl",
    help="Run these tasks on the agents and on the compiled form; rows have `task` and `answer`, `regex` or `test`.",
)
@click.option("--model", metavar="MODEL", help="The backbone of --compare, by its litellm name.")
@click.option("--api-base", metavar="URL", help="Server of the model, for one on your own machine.")
@click.option("--stepwise", is_flag=True, help="With --compare: also select skill by skill.")
@click.option("--run-tests", is_flag=True, help="With --compare: run model-written Python against its test.")
@click.option(
    "--section-share",
    type=click.FloatRange(0.1, 3.0),
    default=0.7,
    show_default=True,
    help="Length of a skill's section in the one answer, as a share of the message that it stands for.",
)
@click.option(
    "--export", type=click.Path(path_type=Path), metavar="FILE", help="Write the intermediate form as JSON."
)
@form_option
@setting_options("compile")
def command(
    source: str,
    output: Path | None,
    decomposer: str,
    check_only: bool,
    one_model: str | None,
    tasks: Path | None,
    model: str | None,
    api_base: str | None,
    stepwise: bool,
    run_tests: bool,
    section_share: float,
    export: Path | None,
    form: str,
    quiet: bool,
    **options: Any,
) -> int:
    """Compile the multi-agent system in SOURCE into skills that one agent chooses from.

    SOURCE is a CrewAI project or program, a program of the OpenAI Agents SDK or of LangGraph, a folder of Claude Code
    subagents, an AutoGen component (JSON), a list of agents with name and prompt (JSON or YAML), or a YAML or JSON file
    that begins with `format: skillaudit-agents/1` and lists `agents`, `edges` and a `protocol`.
    Programs are read, never run. Without -o nothing is written.
    """
    from skillaudit.cli.diagnostics import ExitCode
    from skillaudit.compile.account import as_library, chains
    from skillaudit.compile.compiler import compile_system
    from skillaudit.compile.costs import Assumptions, cost
    from skillaudit.compile.form import render_form
    from skillaudit.compile.sources import read_system
    from skillaudit.compile.writing import write_library

    _check(output, check_only, tasks, {"--model": model, "--stepwise": stepwise, "--run-tests": run_tests})
    if api_base is not None and decomposer == "rules" and tasks is None:
        raise click.UsageError("--api-base is for a model; name one with --decomposer or --compare")
    system = read_system(source)
    if export is not None:
        deliver(render_form(system), export, "json")
    compilation = compile_system(
        system,
        decomposer=_decomposer(decomposer, api_base, quiet),
        one_model=one_model or (model if tasks else None),
    )
    if tasks is not None:
        return _compare(system, compilation, tasks, model, api_base, form, quiet, (stepwise, run_tests))
    if check_only:
        _show(form, system, compilation, None)
        return ExitCode.CLEAN if compilation.verdict.compilable else ExitCode.GATE
    if not compilation.skills:
        _show(form, system, compilation, None)
        return ExitCode.GATE
    from skillaudit.pipeline.flow import audit_library

    with narration(quiet) as progress:
        report = audit_library(
            as_library(compilation), make_config(**options), progress, compiled=chains(compilation)
        )
    priced = cost(
        system,
        compilation,
        accuracy=report.forecast.judged.accuracy.value,
        assumptions=Assumptions(section_share=section_share),
    )
    if output is not None:
        write_library(compilation, output)
    _show(form, system, compilation, priced, report.execution)
    if form == "text":
        from skillaudit.cli.diagnostics import say

        done = (
            f"written to {output}; next: skillaudit check {output}" if output else "nothing written (no -o)"
        )
        say(done)
    return ExitCode.CLEAN


def _check(output: Path | None, check_only: bool, tasks: Path | None, of_compare: dict[str, Any]) -> None:
    """Refuse options that would be without effect beside the others."""
    if check_only and tasks is not None:
        raise click.UsageError("--check-only compiles nothing that --compare could run; give one of the two")
    if output is not None and (check_only or tasks is not None):
        raise click.UsageError(
            f"{'--check-only' if check_only else '--compare'} writes no skills; leave -o {output} out"
        )
    for name, value in of_compare.items():
        if value and tasks is None:
            raise click.UsageError(f"{name} is for --compare, which is not given")


def _decomposer(name: str, api_base: str | None, quiet: bool) -> Any:
    from skillaudit.compile.capabilities import decompose

    if name == "rules":
        return decompose
    from skillaudit.cli.diagnostics import say
    from skillaudit.compile.asking import model_decomposer
    from skillaudit.llm import completer

    ask = completer(name, api_base=api_base, temperature=0.0)
    return model_decomposer(ask) if quiet else model_decomposer(ask, say)


def _compare(
    system: System,
    compilation: Compilation,
    tasks: Path,
    model: str | None,
    api_base: str | None,
    form: str,
    quiet: bool,
    how: tuple[bool, bool],
) -> int:
    """Run both sides on a live model and show the table."""
    import asyncio

    from skillaudit.cli.diagnostics import ExitCode
    from skillaudit.compile.answers import read_tasks
    from skillaudit.compile.comparing import compare
    from skillaudit.errors import UsageError
    from skillaudit.llm import LiveModel

    if model is None:
        raise UsageError("--compare needs a model to run on; add --model PROVIDER/MODEL")
    rows = read_tasks(tasks)
    live = LiveModel(model, api_base=api_base, max_tokens=_ROOM, temperature=0.0)
    live.check()

    async def run() -> Any:
        with narration(quiet) as progress:
            try:
                return await compare(
                    system, compilation, rows, _patient(live), model=model, stepwise=how[0], run_tests=how[1],
                    tick=lambda done, total: progress.update("compare", done, total),
                )  # fmt: skip
            finally:
                await live.aclose()

    found = asyncio.run(run())
    if form == "json":
        deliver_json(found)
    else:
        from skillaudit.page.compile import compared

        show(compared(found))
    nothing = all(side.failed == side.tasks for side in found.sides)
    return ExitCode.ENVIRONMENT if nothing else ExitCode.CLEAN


def _patient(live: LiveModel) -> Any:
    """Try a call again where that may help."""
    import asyncio

    from skillaudit.llm import RetryableError

    async def complete(messages: Any) -> Any:
        for attempt in range(_ATTEMPTS):
            try:
                return await live.complete(messages)
            except RetryableError as error:
                if attempt + 1 == _ATTEMPTS:
                    raise
                wait = error.retry_after if error.retry_after is not None else 2.0**attempt
                await asyncio.sleep(min(30.0, wait))
        raise AssertionError("unreachable")

    return complete


def _show(
    form: str,
    system: System,
    compilation: Compilation,
    priced: Costs | None,
    execution: Execution | None = None,
) -> None:
    if form == "json":
        from skillaudit.compile.account import as_json

        deliver(as_json(system, compilation, priced, execution), None, "json")
        return
    from skillaudit.page.compile import document

    show(document(system, compilation, priced, execution), hint="-f json lists all")
