"""Compile multi-agent systems into skill libraries: read, check, compile, write, and say what it saves."""

from __future__ import annotations

from skillaudit.compile.account import as_json, as_library, chains
from skillaudit.compile.answers import TaskRow, is_right, read_tasks
from skillaudit.compile.asking import model_decomposer
from skillaudit.compile.capabilities import Capability, Decomposer, decompose
from skillaudit.compile.comparing import SideComparison, compare
from skillaudit.compile.compilability import Compilability, Obstacle, check
from skillaudit.compile.compiler import Compilation, CompiledSkill, compile_system
from skillaudit.compile.costs import Assumptions, Cost, Side, cost
from skillaudit.compile.executors import Run, run_agents, run_one_call, run_stepwise
from skillaudit.compile.form import parse_form, render_form
from skillaudit.compile.sources import read_system
from skillaudit.compile.system import Agent, Edge, Protocol, System, Task, Tool
from skillaudit.compile.writing import mapping, write_library

__all__ = [
    "Agent",
    "Assumptions",
    "Capability",
    "Compilability",
    "Compilation",
    "CompiledSkill",
    "Cost",
    "Decomposer",
    "Edge",
    "Obstacle",
    "Protocol",
    "Run",
    "Side",
    "SideComparison",
    "System",
    "Task",
    "TaskRow",
    "Tool",
    "as_json",
    "as_library",
    "chains",
    "check",
    "compare",
    "compile_system",
    "cost",
    "decompose",
    "is_right",
    "mapping",
    "model_decomposer",
    "parse_form",
    "read_system",
    "read_tasks",
    "render_form",
    "run_agents",
    "run_one_call",
    "run_stepwise",
    "write_library",
]
