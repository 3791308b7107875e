"""How old the rules of clients are: what a client does changes every month."""

from __future__ import annotations

import os
from datetime import UTC, date, datetime, timedelta

from skillaudit.clients.profiles import ClientProfile, profile, profiles

OLD = timedelta(days=180)


def today() -> date:
    """Return this day, or that of SOURCE_DATE_EPOCH, by which builds are made repeatable."""
    epoch = os.environ.get("SOURCE_DATE_EPOCH", "")
    return datetime.fromtimestamp(int(epoch), UTC).date() if epoch.isdigit() else datetime.now(UTC).date()


def is_old(rule: ClientProfile, day: date) -> bool:
    """Say whether the month in which a client's rules were read ended more than 180 days before `day`."""
    year, month = map(int, rule.date.split("-"))
    end = date(year + month // 12, month % 12 + 1, 1)
    return day - end > OLD


def notices(client: str | None, day: date) -> tuple[str, ...]:
    """Return a sentence on the rules that are old: those of `client`, or of all current clients.

    The published prompt of a paper does not age. Raises `UsageError` for an unknown client.
    """
    rules = [profile(client)] if client else [rule for rule in profiles() if rule.current]
    old = [f"{rule.title} ({rule.date})" for rule in rules if rule.loading.project and is_old(rule, day)]
    if not old:
        return ()
    what = "the rules of this client are" if len(old) == 1 else "the rules of these clients are"
    told = f"{', '.join(old)}: {what} more than 180 days old, and it may load and list otherwise by now."
    return (told,)
