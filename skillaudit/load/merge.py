"""Make a library of drafts: fold copies, let earlier sources shadow later ones, give ids."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Sequence

from skillaudit.load.defects import Problem
from skillaudit.load.draft import Draft
from skillaudit.schema import Defect, Library, Skill, Skipped


def digest(name: str, description: str, body: str) -> str:
    """Return the BLAKE2b hash of a skill's content as 32 hex digits."""
    content = "\x00".join((name, description, body)).encode("utf-8", "replace")
    return hashlib.blake2b(content, digest_size=16).hexdigest()


def build(
    sources: Sequence[str],
    groups: Sequence[Sequence[Draft]],
    skipped: Sequence[Skipped],
    defects: Sequence[Defect] = (),
) -> Library:
    """Return the library of several sources; `groups` holds the drafts of each source in order.

    `defects` are those of files that are no skills, such as manifests.
    """
    kept: list[tuple[Draft, str]] = []
    by_digest: dict[tuple[str, str], int] = {}
    owner: dict[tuple[str, ...], tuple[int, str]] = {}
    out: list[Skipped] = list(skipped)
    for number, drafts in enumerate(groups):
        # Copies where nobody loads from stand last: the text is told by the place that counts.
        for draft in sorted(drafts, key=lambda draft: draft.site.kind in {"elsewhere", "sample"}):
            content = digest(draft.name, draft.description, draft.body)
            place = draft.path if len(groups) == 1 else draft.shown
            origin = draft.site.origin
            same = by_digest.get((content, origin.server))
            if same is not None:
                kept[same][0].copies.append(place)
                kept[same][0].others.append(draft.site)
                continue
            key = (draft.name, origin.plugin, origin.server, origin.scope)
            first = owner.setdefault(key, (number, place))
            if first[0] != number:
                reason = f"same name as {first[1]}, whose source comes first"
                out.append(Skipped(path=place, reason=reason, code="shadowed"))
                continue
            by_digest[content, origin.server] = len(kept)
            kept.append((draft, content))
    order = {id(draft): at for at, draft in enumerate(draft for drafts in groups for draft in drafts)}
    kept.sort(key=lambda pair: order[id(pair[0])])
    ids = _ids(kept)
    _note_doubles([draft for draft, _ in kept])
    skills = tuple(_skill(draft, content, id_) for (draft, content), id_ in zip(kept, ids, strict=True))
    own = (
        Defect(
            kind=problem.kind,
            skill=id_,
            path=draft.path,
            line=problem.line,
            detail=problem.detail,
            content=problem.content,
        )
        for (draft, _), id_ in zip(kept, ids, strict=True)
        for problem in sorted(draft.problems, key=lambda problem: (problem.line, problem.kind))
    )
    return Library(sources=tuple(sources), skills=skills, skipped=tuple(out), defects=(*own, *defects))


def _skill(draft: Draft, content: str, id_: str) -> Skill:
    return Skill(
        id=id_,
        name=draft.name,
        description=draft.description,
        body=draft.body,
        path=draft.path,
        root=draft.root,
        place=draft.place,
        category=draft.category,
        when_to_use=draft.when_to_use,
        is_tool=draft.is_tool,
        manual_only=draft.manual_only,
        manual_by=draft.manual_by,
        user_invocable=draft.user_invocable,
        declared_router=draft.declared_router,
        copies=tuple(draft.copies),
        name_line=draft.name_line,
        description_line=draft.description_line,
        digest=content,
        site=draft.site,
        others=tuple(draft.others),
        lacks=draft.lacks,
        globs=draft.globs,
        programs=draft.programs,
        homepage=draft.homepage,
        names_us=draft.names_us,
    )


def _ids(kept: Sequence[tuple[Draft, str]]) -> list[str]:
    """Return one id per draft: its name, or where names collide the shortest telling folders and it.

    What folders cannot tell apart gets the start of its digest. The order of the drafts is
    irrelevant, so adding a file elsewhere in the library changes no id.
    """
    by_name: dict[str, list[int]] = defaultdict(list)
    for index, (draft, _) in enumerate(kept):
        by_name[draft.name].append(index)
    ids = [draft.name for draft, _ in kept]
    taken = {name for name, members in by_name.items() if len(members) == 1}
    for name in sorted(by_name):
        members = by_name[name]
        if len(members) == 1:
            continue
        chosen = _qualify(name, [kept[index][0] for index in members], taken)
        for index, id_ in zip(members, chosen, strict=True):
            ids[index] = id_ or _by_digest(name, kept[index][1], taken)
            taken.add(ids[index])
    return ids


def _qualify(name: str, drafts: Sequence[Draft], taken: set[str]) -> list[str | None]:
    """Return ids with just enough folders to differ; None for those that no folder tells apart.

    Folders called `skills` are left out unless they make the difference.
    """
    full = [
        [word for word in (draft.site.origin.server, draft.site.origin.plugin) if word]
        + list(draft.folders[:-1] if draft.folders[-1:] == (name,) else draft.folders)
        for draft in drafts
    ]
    if all(path == full[0] for path in full):
        full = [
            [draft.root.rstrip("/").rpartition("/")[2], *path]
            for draft, path in zip(drafts, full, strict=True)
        ]
    short = [[folder for folder in path if folder != "skills"] for path in full]
    ids: list[str | None] = [None] * len(drafts)
    used: set[str] = set()
    for paths in (short, full):
        for length in range(1, max(len(path) for path in paths) + 1):
            tried: dict[str, list[int]] = defaultdict(list)
            for index, path in enumerate(paths):
                if ids[index] is None:
                    tried["/".join([*(path[-length:] or ["."]), name])].append(index)
            for candidate, members in tried.items():
                if len(members) == 1 and candidate not in used and candidate not in taken:
                    ids[members[0]] = candidate
                    used.add(candidate)
    return ids


def _by_digest(name: str, content: str, taken: set[str]) -> str:
    length = next(n for n in range(6, len(content) + 1) if f"{name}@{content[:n]}" not in taken)
    return f"{name}@{content[:length]}"


def _note_doubles(drafts: Sequence[Draft]) -> None:
    """Add a defect to every skill that shares its name or its description with another one."""
    names: dict[tuple[str, ...], list[Draft]] = defaultdict(list)
    descriptions: dict[str, list[Draft]] = defaultdict(list)
    for draft in drafts:
        # Clients put what tells these apart before the name: the plugin, the server, the folder of nested skills.
        site = draft.site
        inside = site.inside if site.root == ".claude/skills" else ""
        names[draft.name, site.origin.plugin, site.origin.server, inside].append(draft)
        if draft.description:
            descriptions[draft.description].append(draft)
    for kind, table in (("duplicate-name", names), ("duplicate-description", descriptions)):
        for group in table.values():
            for draft in group if len(group) > 1 else ():
                other = next(item.path for item in group if item is not draft)
                more = f" and {len(group) - 2} more" if len(group) > 2 else ""
                line = draft.name_line if kind == "duplicate-name" else draft.description_line
                draft.problems.append(Problem(kind, line, f"also in {other}{more}"))
