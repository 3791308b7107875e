"""Compile multi-agent systems into skill libraries: read, check, compile, write, and say what it saves."""

from __future__ import annotations

from skillaudit.compile.account import as_json, as_library
from skillaudit.compile.asking import model_decomposer
from skillaudit.compile.capabilities import Capability, Decomposer, decompose
from skillaudit.compile.compilability import Obstacle, Verdict, check
from skillaudit.compile.compiler import Compilation, CompiledSkill, compile_system
from skillaudit.compile.costs import Assumptions, Cost, Side, cost
from skillaudit.compile.form import parse_form, render_form
from skillaudit.compile.sources import read_system
from skillaudit.compile.system import Agent, Edge, Protocol, System, Task, Tool
from skillaudit.compile.text import summary
from skillaudit.compile.writing import mapping, write_library

__all__ = [
    "Agent",
    "Assumptions",
    "Capability",
    "Compilation",
    "CompiledSkill",
    "Cost",
    "Decomposer",
    "Edge",
    "Obstacle",
    "Protocol",
    "Side",
    "System",
    "Task",
    "Tool",
    "Verdict",
    "as_json",
    "as_library",
    "check",
    "compile_system",
    "cost",
    "decompose",
    "mapping",
    "model_decomposer",
    "parse_form",
    "read_system",
    "render_form",
    "summary",
    "write_library",
]
