"""`skillaudit rule [CODE]`: the page behind a finding."""

from __future__ import annotations

import click

from skillaudit.cli.output import put, show


@click.command("rule")
@click.argument("code", required=False)
def command(code: str | None) -> None:
    """Say what a finding means, why it matters and how to fix it; without CODE, list all."""
    from difflib import get_close_matches

    from skillaudit.checks import RULES as CHECKS
    from skillaudit.gate import GATE_RULES
    from skillaudit.page.blocks import Block, Title, field

    rules = (*CHECKS, *GATE_RULES)

    if code is None:
        for rule in rules:
            put(f"{rule.code}  {rule.severity:<7}  {rule.slug}")
        put("\nskillaudit rule CODE explains one.")
        return
    wanted = code.strip()
    for rule in rules:
        if wanted.upper() == rule.code or wanted.lower() == rule.slug:
            page: list[Block] = [Title(f"{rule.code} {rule.slug} ({rule.severity})")]
            page += [
                field(head, text)
                for head, text in (("what", rule.what), ("why", rule.why), ("fix", rule.fix))
            ]
            show(page)
            return
    names = [name for rule in rules for name in (rule.code, rule.slug)]
    near = get_close_matches(wanted.upper(), names, 1, 0.5) or get_close_matches(
        wanted.lower(), names, 1, 0.5
    )
    hint = f"did you mean {near[0]}? " if near else ""
    raise click.UsageError(f"there is no rule {wanted!r}; {hint}`skillaudit rule` lists all.")
