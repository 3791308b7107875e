"""How much does an installation bring? `python -m tests.benchmarks.install [EXTRA ...]`.

Makes an empty environment, installs the checkout with the pinned set and the extras that are named, and prints
packages, size on disk (without what venv itself puts there), and seconds.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
import venv
from pathlib import Path

ROOT = Path(__file__).parents[2]


def size(folder: Path) -> float:
    """Return the size of a folder in MB, links not followed."""
    return sum(path.lstat().st_size for path in folder.rglob("*") if not path.is_dir()) / 1e6


def main() -> None:
    """Install and measure."""
    extras = f"[{','.join(sys.argv[1:])}]" if sys.argv[1:] else ""
    with tempfile.TemporaryDirectory() as folder:
        made = Path(folder)
        venv.create(made, with_pip=True)
        python, empty = made / "bin" / "python", size(made)
        pip = [str(python), "-m", "pip", "--disable-pip-version-check"]
        start = time.monotonic()
        what = ["install", "-q", "-c", str(ROOT / ".ci" / "constraints.txt"), f"{ROOT}{extras}"]
        subprocess.run([*pip, *what], check=True)
        spent = time.monotonic() - start
        listed = subprocess.run([*pip, "list", "--format=freeze"], check=True, capture_output=True, text=True)
        brought = {line.partition("==")[0] for line in listed.stdout.split()} - {"pip", "setuptools"}
        print(f"skillaudit{extras}: {len(brought)} packages, {size(made) - empty:.0f} MB, {spent:.0f} s")


if __name__ == "__main__":
    main()
