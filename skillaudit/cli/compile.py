"""`skillaudit compile`: turn a multi-agent system into a library of skills, or say why not."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from skillaudit.cli.options import audit_options, make_config, narration

if TYPE_CHECKING:
    from skillaudit.compile import Compilation, Cost, System


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
    "--export", type=click.Path(path_type=Path), metavar="FILE", help="Write the intermediate form as JSON."
)
@click.option(
    "-f", "--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True
)
@audit_options
def command(
    source: str,
    output: Path | None,
    decomposer: str,
    check_only: bool,
    one_model: str | None,
    export: Path | None,
    form: str,
    quiet: bool,
    **options: Any,
) -> int:
    """Compile the multi-agent system in SOURCE into skills that one agent chooses from.

    SOURCE is a CrewAI project, a folder of Claude Code subagents, an AutoGen component (JSON), or a YAML or
    JSON file that begins with `format: skillaudit-agents/1` and lists `agents`, `edges` and a `protocol`.
    Programs are read, never run. Without -o nothing is written.
    """
    from skillaudit.cli.diagnostics import ExitCode
    from skillaudit.cli.output import deliver
    from skillaudit.compile import as_library, compile_system, cost, read_system, render_form, write_library

    system = read_system(source)
    if export is not None:
        deliver(render_form(system), export)
    compilation = compile_system(system, decomposer=_decomposer(decomposer), one_model=one_model)
    if check_only:
        _show(form, system, compilation, None)
        return ExitCode.CLEAN if compilation.verdict.compilable else ExitCode.GATE
    if not compilation.skills:
        _show(form, system, compilation, None)
        return ExitCode.GATE
    from skillaudit.pipeline.flow import audit_library

    with narration(quiet) as progress:
        report = audit_library(as_library(compilation), make_config(**options), progress)
    priced = cost(system, compilation, accuracy=report.forecast.accuracy.value)
    if output is not None:
        write_library(compilation, output)
    _show(form, system, compilation, priced)
    if form == "text":
        from skillaudit.cli.diagnostics import say

        done = (
            f"written to {output}; next: skillaudit check {output}" if output else "nothing written (no -o)"
        )
        say(done)
    return ExitCode.CLEAN


def _decomposer(name: str) -> Any:
    from skillaudit.compile import decompose

    if name == "rules":
        return decompose
    from skillaudit.compile import model_decomposer
    from skillaudit.llm import completer

    return model_decomposer(completer(name, temperature=0.0))


def _show(form: str, system: System, compilation: Compilation, priced: Cost | None) -> None:
    from skillaudit.compile import as_json, summary

    click.echo(
        as_json(system, compilation, priced) if form == "json" else summary(system, compilation, priced),
        nl=False,
    )
