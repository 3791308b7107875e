"""What a library says about its own audit, in the report: settings of its own, and skills declared as routers."""

from __future__ import annotations

import msgspec

from skillaudit.schema import Library, OwnSettings, Report


def undeclared(library: Library) -> Library:
    """Return the library as if it declared no skill as a router."""
    skills = tuple(
        msgspec.structs.replace(skill, declared_router=False) if skill.declared_router else skill
        for skill in library.skills
    )
    return msgspec.structs.replace(library, skills=skills)


def with_own_settings(report: Report, own: OwnSettings) -> Report:
    """Return the report with what its library says about itself, the routers that would be black holes added."""
    routers = tuple(hole.skill for hole in (*report.black_holes, *report.over_general) if hole.declared)
    notices = own.notices
    if routers:
        are = "are routers" if len(routers) > 1 else "is a router"
        notices += (
            f"The library says that {', '.join(routers)} {are} (`skillaudit-router`), not black holes.",
        )
    own = msgspec.structs.replace(own, routers=routers, notices=notices)
    return msgspec.structs.replace(report, own_settings=own)
