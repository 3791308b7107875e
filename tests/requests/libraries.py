"""Small libraries for the tests of this folder."""

from __future__ import annotations

from pathlib import Path

from skillaudit.load.place import place
from skillaudit.schema import Library, Skill


def skill(
    name: str, description: str = "", body: str = "", *, path: str = "", root: str = "", **rest: object
) -> Skill:
    return Skill(
        id=str(rest.pop("id", name)),
        name=name,
        description=description or f"Looks after matters of kind {len(name)}.",
        body=body,
        path=path or f"{name}/SKILL.md",
        root=root,
        place=place(root, (), path or f"{name}/SKILL.md") if root else (b"", b""),
        **rest,  # type: ignore[arg-type]  # fields by name
    )


def library(*skills: Skill) -> Library:
    return Library(sources=("skills",), skills=skills)


def on_disk(folder: Path, *names: str) -> Library:
    """A library whose skills have folders under `folder`."""
    for name in names:
        (folder / name).mkdir(parents=True, exist_ok=True)
        (folder / name / "SKILL.md").write_text(f"---\nname: {name}\n---\n", encoding="utf-8")
    return library(*(skill(name, root=str(folder)) for name in names))
