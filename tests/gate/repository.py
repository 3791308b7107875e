"""A git repository with a library of skills in it, made by the test that needs it."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

TOPICS: dict[str, tuple[str, tuple[str, ...]]] = {
    "invoice-parser": (
        "Reads invoices and extracts totals, taxes and due dates.",
        (
            "extract the total from this invoice",
            "find the due date on the supplier invoice",
            "which tax rate does this invoice show",
        ),
    ),
    "dns-checker": (
        "Checks DNS records, propagation and name servers of a domain.",
        (
            "check the dns records of example.org",
            "has the name server change propagated",
            "look up the mx record of our domain",
        ),
    ),
    "recipe-scaler": (
        "Scales cooking recipes to another number of servings.",
        (
            "scale this lasagna recipe to twelve servings",
            "halve the recipe for pancakes",
            "convert the recipe from four to nine servings",
        ),
    ),
    "unit-tester": (
        "Writes unit tests with pytest for Python functions.",
        (
            "write pytest tests for this python function",
            "add unit tests covering the edge cases",
            "cover this module with pytest",
        ),
    ),
    "csv-cleaner": (
        "Cleans CSV tables: duplicate rows, missing values, wrong types.",
        (
            "remove duplicate rows from this csv",
            "fill the missing values in the csv table",
            "fix wrong column types in my csv",
        ),
    ),
    "map-drawer": (
        "Draws geographic maps from coordinates and shapefiles.",
        (
            "draw a map of these coordinates",
            "plot the shapefile on a geographic map",
            "put the stores on a map",
        ),
    ),
}
"""Skills that nobody confuses: description, and requests that belong to them."""


def git(folder: Path, *arguments: str) -> str:
    """Run git in `folder` with nothing of the user's own settings."""
    environment = {
        **{key: value for key, value in os.environ.items() if not key.startswith("GIT_")},
        "GIT_CONFIG_GLOBAL": str(folder / "no-such-file"),
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_AUTHOR_NAME": "A",
        "GIT_AUTHOR_EMAIL": "a@example.org",
        "GIT_COMMITTER_NAME": "A",
        "GIT_COMMITTER_EMAIL": "a@example.org",
        "GIT_AUTHOR_DATE": "2026-01-01T00:00:00Z",
        "GIT_COMMITTER_DATE": "2026-01-01T00:00:00Z",
    }
    done = subprocess.run(
        ["git", "-C", str(folder), *arguments], env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, (arguments, done.stderr)
    return done.stdout.strip()


def skill_text(name: str, description: str, uses: tuple[str, ...] = (), body: str = "") -> str:
    """Return a SKILL.md whose body lists requests under "When to use"."""
    lines = ["---", f"name: {name}", f'description: "{description}"', "---", "", f"# {name}", ""]
    if uses:
        lines += ["## When to use", "", *(f'- "{use}"' for use in uses), ""]
    return "\n".join([*lines, body, ""])


class Repository:
    """A repository whose skills lie in the folder `skills`."""

    def __init__(self, folder: Path) -> None:
        """Make an empty repository in `folder`."""
        self.folder = folder
        self.skills = folder / "skills"
        folder.mkdir(parents=True, exist_ok=True)
        git(folder, "init", "--quiet", "--initial-branch=main")

    def add(
        self,
        name: str,
        description: str = "",
        uses: tuple[str, ...] = (),
        *,
        within: str = "",
        body: str = "",
    ) -> None:
        """Write a skill: of `TOPICS` where it is one of them."""
        if not description:
            description, uses = TOPICS[name]
        folder = self.skills / within / name
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "SKILL.md").write_text(skill_text(name, description, uses, body), encoding="utf-8")

    def commit(self, message: str) -> str:
        """Commit everything and return the commit's id."""
        git(self.folder, "add", "--all")
        git(self.folder, "commit", "--quiet", "--allow-empty", "--message", message)
        return git(self.folder, "rev-parse", "HEAD")
