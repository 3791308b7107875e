"""`skillaudit schema [RECORD]`: what the JSON files are made of, as JSON Schema."""

from __future__ import annotations

from importlib import import_module

import click

from skillaudit.cli.output import deliver

RECORDS = {
    "report": ("skillaudit.schema", "Report"),
    "verdict": ("skillaudit.gate", "Verdict"),
    "baseline": ("skillaudit.gate", "Baseline"),
    "optimisation": ("skillaudit.optimize", "Optimisation"),
    "plan": ("skillaudit.optimize", "Plan"),
    "probe": ("skillaudit.probe.records", "ProbeResult"),
    "experiment": ("skillaudit.experiment.records", "Result"),
    "sessions": ("skillaudit.sessions.counting", "Reading"),
}
"""Name -> (module, class)."""


@click.command("schema")
@click.argument("record", type=click.Choice(list(RECORDS)), default="report", metavar="[RECORD]")
def command(record: str) -> None:
    """Print the JSON Schema (2020-12) of RECORD.

    \b
    report        `report -f json`, the default; `check -f json` adds `verdict`
    verdict       that part of `check -f json`
    baseline      `check --write-baseline`
    optimisation  `optimize -f json`
    plan          the file of `optimize --plan`
    probe         `probe -f json`
    experiment    each entry of `experiment -f json`
    sessions      `sessions -f json`
    """
    from skillaudit.formatters.json import pretty, schema

    module, name = RECORDS[record]
    deliver(pretty(schema(getattr(import_module(module), name), record)), None, "json")
