"""The views of the app, in the order of their tabs; a view is one row here and one class."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import TYPE_CHECKING, NamedTuple, cast

from skillaudit.tui.actions import Availability

if TYPE_CHECKING:
    from skillaudit.tui.views.base import View


def _always(_: Availability) -> bool:
    return True


def _forecast(now: Availability) -> bool:
    return not now.partial


class ViewSpec(NamedTuple):
    """A tab: its key, its names, and where its class is; the class is imported when first shown."""

    id: str
    key: str
    title: str
    short: str
    """Name for narrow windows."""
    help: str
    module: str
    name: str
    available: Callable[[Availability], bool] = _always
    """A view whose engine is absent stays hidden."""


VIEWS: tuple[ViewSpec, ...] = (
    ViewSpec("overview", "1", "Overview", "Over", "size, forecast, where requests go astray, worst findings",
             "overview", "OverviewView"),
    ViewSpec("skills", "2", "Skills", "Skills", "every skill, what it loses and takes",
             "skills", "SkillsView"),
    ViewSpec("clusters", "3", "Clusters", "Groups", "groups of skills taken for each other",
             "clusters", "ClustersView", _forecast),
    ViewSpec("black-holes", "4", "Black holes", "Takers", "skills that swallow everybody's requests",
             "black_holes", "BlackHolesView", _forecast),
    ViewSpec("findings", "5", "Findings", "Finds", "what somebody should look at, worst first",
             "findings", "FindingsView"),
    ViewSpec("map", "6", "Map", "Map", "all skills in two dimensions, coloured by cluster", "map", "MapView",
             _forecast),
    ViewSpec("what-if", "7", "What-if", "What-if", "take skills out or rewrite them and see the forecast move",
             "what_if", "WhatIfView", lambda now: now.can_imagine),
    ViewSpec("plan", "8", "Plan", "Plan", "better descriptions, folds and a tree, to accept one by one",
             "plan", "PlanView", lambda now: now.can_plan),
    ViewSpec("probe", "9", "Probe", "Ask", "ask a model what the forecast predicts, within a budget",
             "probe", "ProbeView", lambda now: now.can_probe),
)  # fmt: skip
VIEW_BY_ID = {view.id: view for view in VIEWS}


def load_view(spec: ViewSpec) -> type[View]:
    """Import and return the class of a view."""
    module = import_module(f"skillaudit.tui.views.{spec.module}")
    return cast("type[View]", getattr(module, spec.name))
