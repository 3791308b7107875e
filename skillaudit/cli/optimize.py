"""`skillaudit optimize`: propose a better library with proof, and write it where it is asked to."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from skillaudit.cli.diagnostics import say
from skillaudit.cli.options import (
    FloatRange,
    form_option,
    live_options,
    make_config,
    narration,
    setting_options,
    sources,
)
from skillaudit.cli.output import deliver, deliver_json, show
from skillaudit.cli.prices import price_of
from skillaudit.disk.names import expanded
from skillaudit.page.figures import plural

if TYPE_CHECKING:
    from skillaudit.optimize.proof.prove import Prove
    from skillaudit.optimize.records import Optimisation, Plan
    from skillaudit.progress import Progress
    from skillaudit.schema import Library

EXTRACTIVE = "extractive"


@click.command("optimize")
@sources
@click.option(
    "--rewriter",
    metavar="extractive|MODEL",
    default=EXTRACTIVE,
    show_default=True,
    help="Who writes descriptions: words of the skill's own file, or a model such as openai/gpt-4o-mini.",
)
@click.option(
    "--only",
    metavar="STEP,...",
    help="Steps to run: merge, retire, narrow, boundary, victim, activation, budget, anchor, hierarchy; a tree is "
    "written where its step is named, or recommended.  [default: all]",
)
@click.option(
    "--plan",
    "plan_file",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Write the plan to FILE (JSON, or YAML by its name); use it instead of planning when it exists.",
)
@click.option(
    "--export", "target", type=click.Path(path_type=Path), metavar="DIR", help="Write a new library."
)
@click.option(
    "--apply",
    "in_place",
    is_flag=True,
    help="Change the library itself; your own folder keeps the old files.",
)
@click.option("--undo", is_flag=True, help="Put back what the last --apply changed, to the byte.")
@click.option(
    "--loadout",
    "settings_folder",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="With --client: write its settings to a new folder: which skills it lists whole, by name, or not.",
)
@click.option(
    "--prove",
    "judge",
    metavar="MODEL",
    help="Have a live model route the requests kept aside for the check, before and after; its verdict comes first.",
)
@click.option("--budget", type=FloatRange(min=0), help="With --prove: dollars.  [default: 5.00]")
@live_options
@form_option
@click.option("--all", "everything", is_flag=True, help="Text: show every edit with its text.")
@setting_options("optimize")
def command(
    sources: tuple[str, ...],
    rewriter: str,
    only: str | None,
    plan_file: Path | None,
    target: Path | None,
    in_place: bool,
    undo: bool,
    form: str,
    everything: bool,
    quiet: bool,
    judge: str | None,
    settings_folder: Path | None,
    price: str | None,
    **options: Any,
) -> None:
    """Propose edits to the library in SOURCE, and prove them on requests that chose none of them.

    Without --export or --apply nothing is written but the plan.
    """
    if target is not None and in_place:
        raise click.UsageError("--export and --apply exclude each other; choose one.")
    if undo:
        _undo(sources)
        return
    if judge is None:
        _refuse_idle(("budget", "no_budget", "price", "concurrency", "timeout", "api_base"))
    import msgspec

    from skillaudit.load import load
    from skillaudit.optimize import optimize
    from skillaudit.optimize.flow import steps_named
    from skillaudit.optimize.mending import linked
    from skillaudit.optimize.plan_file import plan_of, read_plan
    from skillaudit.pipeline import audit_library

    asked = {
        name: options.pop(name) for name in ("budget", "no_budget", "concurrency", "timeout", "api_base")
    }
    config = make_config(sources, **options)
    if settings_folder is not None and config.client is None:
        raise click.UsageError("--loadout writes the settings of one client; say which: --client NAME.")
    wanted = steps_named(only)
    complete = None
    if rewriter != EXTRACTIVE:
        from skillaudit.llm import completer

        complete = completer(rewriter)
    with narration(quiet) as progress:
        live = None if judge is None else _prover(judge, price, asked, quiet, progress)
        library = load(sources, progress=progress)
        given = read_plan(plan_file, library) if plan_file is not None and plan_file.exists() else None
        found = optimize(
            library,
            config,
            only=() if given is not None else wanted,
            plan=given,
            complete=complete,
            rewriter=rewriter,
            live=live,
            written=in_place or target is not None,
            progress=progress,
        )
        found = linked(found, audit_library(library, config, progress).findings)
    plan = given if given is not None else plan_of(found, library)
    if given is None and only is not None and plan.hierarchy:  # who names the step wants its tree
        plan = msgspec.structs.replace(plan, accept_hierarchy=True)
    # What is written comes first, so that a reader of stdout who leaves early does not stop it.
    if plan_file is not None and given is None:
        _write_plan(plan, plan_file)
    if target is not None:
        _export(library, plan, target)
    if in_place:
        _apply(library, plan)
    if settings_folder is not None:
        _settle(found, settings_folder)
    tree = found.hierarchy
    if form != "json" and only is None and tree is not None and not (found.edits or tree.recommended):
        found = msgspec.structs.replace(found, hierarchy=None)  # nobody asked for it by name
    _print(found, form, everything)


def _refuse_idle(names: Sequence[str]) -> None:
    """Raise UsageError for an option that nothing would read without a model to ask."""
    context = click.get_current_context()
    for name in names:
        if context.get_parameter_source(name) is click.core.ParameterSource.COMMANDLINE:
            raise click.UsageError(f"--{name.replace('_', '-')} is for --prove MODEL, which is not given.")


def _prover(model: str, price: str | None, asked: dict[str, Any], quiet: bool, progress: Progress) -> Prove:
    from skillaudit.asking.terms import Terms
    from skillaudit.cli.probe import announce
    from skillaudit.optimize.proof.live import prover

    terms = Terms(price=price_of(price), **asked)
    return prover(model, terms, before=(lambda _: None) if quiet else announce, progress=progress)


def _print(found: Any, form: str, everything: bool) -> None:
    if form == "json":
        deliver_json(found, None)
        return
    from skillaudit.page.plan import document

    hint = "" if everything else "--all shows them"
    show(document(found, everything=everything), hint=hint)


def _write_plan(plan: Plan, path: Path) -> None:
    from skillaudit.optimize.plan_file import dump, is_yaml

    deliver(dump(plan, yaml=is_yaml(path)), path, "data" if is_yaml(path) else "json")
    say(f"plan written to {path}; edit it, then run again with --plan {path} and --export or --apply")


def _export(library: Library, plan: Plan, target: Path) -> None:
    from skillaudit.optimize.apply.export import export

    done = export(library, plan, target)
    gateways = f" behind {plural(done.gateways, 'category', 'categories')}" if done.gateways else ""
    say(f"{plural(done.skills, 'skill')}{gateways} written to {target}")
    for problem in done.problems:
        say(f"not changed: {problem.skill}: {problem.reason}")
    for path in done.skipped:
        say(f"left out: {path}: a link, no regular file of the library, or too deep")


def _apply(library: Library, plan: Plan) -> None:
    from skillaudit.errors import UsageError
    from skillaudit.optimize.apply.files import changes
    from skillaudit.optimize.apply.in_place import apply

    made, problems = changes(library.skills, plan.edits)
    for problem in problems:
        say(f"not changed: {problem.skill}: {problem.reason}")
    if not made:
        if problems:
            raise UsageError("none of the edits can be made in place.")
        say("nothing to change")
        return
    folders = apply(made)
    say(
        f"{plural(len(made), 'file')} changed; --undo puts back what is kept in {', '.join(map(str, folders))}"
    )


def _settle(found: Optimisation, target: Path) -> None:
    from skillaudit.optimize.apply.settings import write_settings

    written = write_settings(found.loadout, target)
    say(
        f"{plural(len(written), 'file')} of settings written to {target}"
        if written
        else "no settings are needed"
    )


def _undo(sources: tuple[str, ...]) -> None:
    from skillaudit.optimize.apply.in_place import undo

    for source in sources:
        root = Path(os.path.realpath(expanded(source)))
        restored, notes = undo(root.parent if root.is_file() else root)
        for note in notes:
            say(note)
        for path in restored:
            say(f"restored {path}")
