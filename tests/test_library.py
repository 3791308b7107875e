"""The package as a library: names that load nothing until they are used, typed, and documented by what runs."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

import skillaudit
from skillaudit import Config, Library, Report, SkillAuditError, audit, load
from tests.conftest import SAMPLES
from tests.test_imports import HEAVY, loaded_by

ROOT = Path(skillaudit.__file__).parent.parent
LEXICAL = Config(scorer="lexical", use_cache=False)


def test_every_name_is_there_and_is_listed() -> None:
    assert dir(skillaudit) == sorted(skillaudit.__all__)
    for name in skillaudit.__all__:
        assert getattr(skillaudit, name) is not None
    with pytest.raises(AttributeError, match="has no attribute 'nosuch'"):
        _ = skillaudit.nosuch


def test_the_table_and_the_mirror_for_type_checkers_name_the_same() -> None:
    source = (ROOT / "skillaudit" / "__init__.py").read_text(encoding="utf-8")
    mirror = re.findall(r"^    from skillaudit\.(\w+) import (\w+) as \2$", source, re.MULTILINE)
    assert {name: home for home, name in mirror} == skillaudit._HOMES
    assert {*skillaudit._HOMES, "__version__"} == set(skillaudit.__all__)


def test_importing_the_package_loads_nothing_and_a_record_nothing_heavy() -> None:
    assert not loaded_by("import skillaudit") & {*HEAVY, "click", "numpy", "msgspec"}
    assert not loaded_by("from skillaudit import Config, Report, SkillAuditError, load") & {*HEAVY, "click"}


@pytest.mark.parametrize(
    "before", ["", "import skillaudit.load, skillaudit.optimize\n", "from skillaudit import audit\n"]
)
def test_packages_that_are_functions_too_can_be_called_whatever_was_imported_before(before: str) -> None:
    code = (
        f"{before}from skillaudit import load, optimize\n"
        "import skillaudit\n"
        f"library = load([{str(SAMPLES / 'clean')!r}])\n"
        "assert isinstance(library, skillaudit.Library)\n"
        "assert callable(optimize) and callable(skillaudit.optimize)\n"
        "from skillaudit.load import clean, load as inner\n"
        f"assert inner([{str(SAMPLES / 'clean')!r}]) == library\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_a_library_is_audited_from_python() -> None:
    library: Library = load([SAMPLES / "clean"])
    report: Report = audit([SAMPLES / "clean"], LEXICAL)
    assert len(library.skills) == report.library.skills
    with pytest.raises(SkillAuditError, match="nowhere"):
        audit(["nowhere"], LEXICAL)


def test_what_the_readme_says_of_the_library_runs(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    (block,) = re.findall(r"^```python\n(.*?)^```", readme, re.MULTILINE | re.DOTALL)
    monkeypatch.chdir(ROOT)
    monkeypatch.setenv("SKILLAUDIT_CACHE", str(tmp_path))
    exec(compile(block, "README.md", "exec"), {})
    assert capsys.readouterr().out.strip()
