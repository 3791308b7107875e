"""What an import pulls in, seen from a fresh interpreter: the static graph cannot show deferral."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import SAMPLES

HEAVY = (
    "torch", "transformers", "sentence_transformers", "litellm", "umap", "hdbscan", "sklearn", "numba",
    "textual", "rich",
)  # fmt: skip


def loaded_by(code: str) -> set[str]:
    """Return the top-level modules that are loaded after `code` has run."""
    script = f"import sys\n{code}\nprint(*sorted({{name.split('.')[0] for name in sys.modules}}))"
    run = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    return set(run.stdout.splitlines()[-1].split())


def test_the_core_imports_no_face_and_nothing_heavy() -> None:
    core = (
        "skillaudit.pipeline, skillaudit.checks, skillaudit.formatters.text, skillaudit.formatters.json, "
        "skillaudit.formatters.markdown, skillaudit.gate, skillaudit.clients"
    )
    assert not loaded_by(f"import {core}") & {*HEAVY, "click"}


def test_help_imports_neither_the_core_nor_anything_heavy() -> None:
    code = (
        "import contextlib, io, sys\n"
        "from skillaudit.cli import main\n"
        "sys.argv = ['skillaudit', '--help']\n"
        "with contextlib.redirect_stdout(io.StringIO()), contextlib.suppress(SystemExit): main()"
    )
    assert not loaded_by(code) & {*HEAVY, "numpy", "scipy", "yaml"}


def test_the_package_root_is_light() -> None:
    assert not loaded_by("import skillaudit") & {*HEAVY, "click", "numpy", "msgspec"}


@pytest.mark.slow
def test_a_cached_audit_loads_no_model_and_nothing_else_heavy(tmp_path: Path) -> None:
    audit = (
        "from pathlib import Path\n"
        "from skillaudit.config import Config\n"
        "from skillaudit.pipeline import audit\n"
        f"audit([{str(SAMPLES / 'clean')!r}], Config(cache=Path({str(tmp_path)!r})))"
    )
    assert "tokenizers" in loaded_by(audit)
    assert not loaded_by(audit) & {*HEAVY, "tokenizers", "safetensors", "click"}


@pytest.mark.slow
def test_a_check_of_a_kept_report_loads_nothing_that_makes_one(tmp_path: Path) -> None:
    check = (
        "import contextlib, io, os, sys\n"
        "from skillaudit.cli import main\n"
        f"os.environ['SKILLAUDIT_CACHE'] = {str(tmp_path)!r}\n"
        f"sys.argv = ['skillaudit', 'check', {str(SAMPLES / 'clean')!r}, '-q']\n"
        "with contextlib.redirect_stdout(io.StringIO()), contextlib.suppress(SystemExit): main()"
    )
    makes = {"numpy", "scipy", "tokenizers", "safetensors", "networkx", "csv"}
    assert loaded_by(check) & makes
    assert not loaded_by(check) & {*HEAVY, *makes}


def test_settings_and_a_report_need_no_gate(tmp_path: Path) -> None:
    code = (
        "import contextlib, io, sys\n"
        "from skillaudit.cli import main\n"
        f"sys.argv = ['skillaudit', 'report', {str(SAMPLES / 'clean')!r}, '--scorer', 'lexical', '-q']\n"
        "with contextlib.redirect_stdout(io.StringIO()), contextlib.suppress(SystemExit): main()\n"
        "assert 'skillaudit.settings' in sys.modules and 'skillaudit.pipeline' in sys.modules\n"
        "print('skillaudit.gate' in sys.modules)\n"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "False"
