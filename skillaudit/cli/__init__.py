"""The command line: `skillaudit SOURCE...` opens the library, commands do one thing each."""

from __future__ import annotations

import gc
import sys
from collections import Counter
from collections.abc import Mapping
from importlib import import_module
from types import MappingProxyType
from typing import TYPE_CHECKING, cast

import click

from skillaudit.version import __version__

if TYPE_CHECKING:
    from skillaudit.cli.signals import Handler

COMMANDS = {
    "open": ("skillaudit.cli.open", "Explore a library in the terminal (the default)."),
    "report": ("skillaudit.cli.report", "Write the whole audit, in any of ten formats."),
    "check": ("skillaudit.cli.check", "Fail when a limit is exceeded: the command for CI."),
    "listing": ("skillaudit.cli.listing", "Print exactly what a client shows the model, and what it cuts."),
    "clients": ("skillaudit.cli.clients", "Say what is known of each client, and since when."),
    "route": ("skillaudit.cli.route", "Rank the skills for one request, and say why."),
    "optimize": ("skillaudit.cli.optimize", "Propose a better library, and prove it."),
    "probe": ("skillaudit.cli.probe", "Ask a live model what the forecast predicts."),
    "experiment": ("skillaudit.cli.experiment", "Repeat the papers' experiments on any router."),
    "whatif": ("skillaudit.cli.whatif", "Forecast a library with skills added or removed."),
    "laws": ("skillaudit.cli.laws", "List the published laws of size, beside a library's own."),
    "routers": ("skillaudit.cli.routers", "List the router profiles that a forecast can be made for."),
    "calibrate": ("skillaudit.cli.calibrate", "Fit a router profile to recorded decisions."),
    "validate": ("skillaudit.cli.validate", "Show predicted against measured, and where it is wrong."),
    "sessions": (
        "skillaudit.cli.sessions",
        "Read what your agents did: requests, and the skills they loaded.",
    ),
    "review": ("skillaudit.cli.review", "Judge what your agents chose; the forecast is theirs from then on."),
    "config": ("skillaudit.cli.config", "Show the settings in force, and where each comes from."),
    "compile": ("skillaudit.cli.compile", "Turn a multi-agent system into skills, or say why not."),
    "schema": ("skillaudit.cli.schema", "Print the JSON Schema of a report, a plan or another record."),
    "rule": ("skillaudit.cli.rule", "Explain a finding: what it means and how to fix it."),
}
"""Command name -> (module that defines `command`, one line for the help page)."""


class LazyGroup(click.Group):
    """A group that imports a command's module when it is called, not when help is shown."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the command names in the order in which people meet them."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return the command, or None when there is none of that name."""
        if cmd_name not in COMMANDS:
            return None
        return cast(click.Command, import_module(COMMANDS[cmd_name][0]).command)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the list of commands from the table, without importing them."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, line) for name, (_, line) in COMMANDS.items()])

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Take a first word that names no command as a source to open.

        Raises UsageError for a second value of an option that takes one, of which click would take the last.
        """
        if args[0] not in COMMANDS:
            args = ["open", *args]
        name, command, rest = super().resolve_command(ctx, args)
        if command is not None:
            own = click.Context(command, ctx, name, **command.context_settings)
            _, _, given = command.make_parser(own).parse_args(list(rest))
            for option, times in Counter(given).items():
                if times > 1 and isinstance(option, click.Option) and not (option.multiple or option.is_flag):
                    said = max(option.opts, key=len)
                    raise click.UsageError(
                        f"{said} is given {times} times and takes one value; give one.", own
                    )
        return name, command, rest


@click.command(
    cls=LazyGroup,
    invoke_without_command=False,
    no_args_is_help=True,
    context_settings={"ignore_unknown_options": True, "help_option_names": ["-h", "--help"]},
    epilog="A folder that is named like a command is written ./NAME. "
    "Exit codes: 0 clean, 1 gate tripped, 2 usage, 3 environment, 130 interrupted, 143 terminated.",
)
@click.version_option(__version__, message="%(prog)s %(version)s")
def group() -> None:
    """Audit a library of agent skills: predicted routing accuracy and hijack rate, black holes,
    confusable clusters.

    \b
        skillaudit ./skills
        skillaudit check ./skills --max-hijack 0.05
        skillaudit route ./skills "turn this PDF into slides"
    """


def main(idle: Mapping[int, Handler] = MappingProxyType({})) -> None:
    """Run the command line and exit with its code; `idle` is what signals do before and after."""
    from skillaudit.cli.diagnostics import guard, run
    from skillaudit.cli.signals import Signals

    guard()
    # Records by the hundred thousand are made and kept; looking for garbage after every 700 takes a tenth of the time.
    gc.set_threshold(200_000, 20, 20)
    signals = Signals(idle)
    try:
        code = run(group, signals)
    except KeyboardInterrupt:  # in the middle of telling another end
        code = 128 + signals.received
    sys.exit(code)
