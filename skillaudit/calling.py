"""Lets `skillaudit.load` and `skillaudit.optimize` be called, which are packages and functions of one name."""

from __future__ import annotations

import sys
from types import ModuleType
from typing import Any


def make_callable(module: str, function: str) -> None:
    """Let a call of the imported `module` be a call of its `function`.

    Importing a package binds its name in the package around it, over whatever was there, so that
    `from skillaudit import load` gives the package wherever anything has imported it before.
    """

    class Callable(ModuleType):
        def __call__(self, *arguments: Any, **options: Any) -> Any:
            return getattr(self, function)(*arguments, **options)

    sys.modules[module].__class__ = Callable
