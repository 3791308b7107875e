"""Rules about single files: what the loader had to mend, and what the specification asks for."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from itertools import groupby

from skillaudit.checks.rule import Facts, Rule, places
from skillaudit.clients.gateways import parents_of
from skillaudit.load import DEFECT_KINDS
from skillaudit.schema import Defect, Finding, Location, Severity

_HARMLESS_SKIPS = frozenset(
    {
        "shadowed",
        "remote-plugin",
        "ignored-folder",
        "hidden-folder",
        "other-case",
        "not-a-skill",
        "reference",
        "stale-version",
    }
)
"""Reasons for skipping that are ordinary in a working library."""


def _skipped(rule: Rule, evidence: Facts) -> Iterator[Finding]:
    sources = evidence.library.sources
    for entry in evidence.library.skipped:
        severity: Severity = "info" if entry.code in _HARMLESS_SKIPS else "warning"
        yield rule.finding(
            (),
            f"{entry.path} was not loaded: {entry.reason}.",
            # With one source the path is relative to it; with several it holds the source already.
            places=[Location(path=entry.path, root=sources[0] if len(sources) == 1 else "")],
            key=entry.path,
            severity=severity,
        )


_GRAVEST: tuple[Severity, ...] = ("error", "warning", "info")


def _defects(kinds: Mapping[str, Severity]) -> Callable[[Rule, Facts], Iterator[Finding]]:
    """Return a check that makes one finding per skill and place out of its defects of `kinds`."""

    def check(rule: Rule, evidence: Facts) -> Iterator[Finding]:
        roots = {skill.id: skill.root for skill in evidence.library.skills}
        # A gateway sends to the files below it, so that they stand where they should.
        behind = parents_of(evidence.library.skills) if "nested-skill" in kinds else {}
        wanted = sorted(
            (
                defect
                for defect in evidence.library.defects
                if defect.kind in kinds and not (defect.kind == "nested-skill" and defect.skill in behind)
            ),
            key=lambda defect: (defect.skill, defect.path, defect.line, defect.kind),
        )
        for (skill, path), group in groupby(wanted, key=lambda defect: (defect.skill, defect.path)):
            defects = list(group)
            yield rule.finding(
                (skill,) if skill else (),
                f"{skill or path}: " + "; ".join(dict.fromkeys(_told(defect) for defect in defects)) + ".",
                places=[Location(path=path, line=defects[0].line, root=roots.get(skill, ""))],
                key=" ".join(["" if skill else path, *(d.content for d in defects if d.content)]).strip(),
                severity=next(
                    level for level in _GRAVEST if level in {kinds[defect.kind] for defect in defects}
                ),
            )

    return check


def _told(defect: Defect) -> str:
    meaning = DEFECT_KINDS[defect.kind]
    return f"{meaning} ({defect.detail})" if defect.detail else meaning


_MANIFESTS: dict[str, Severity] = {
    "manifest-unreadable": "error",
    "manifest-path-missing": "error",
    "manifest-path-file": "error",
    "manifest-path-outside": "error",
    "manifest-no-skill": "warning",
    "manifest-forgets": "warning",
    "manifest-stub": "warning",
}


def _manifests(rule: Rule, evidence: Facts) -> Iterator[Finding]:
    """One finding for each thing wrong in a manifest."""
    for defect in evidence.library.defects:
        if defect.kind in _MANIFESTS:
            yield rule.finding(
                (),
                f"{defect.path}: {_told(defect)}.",
                places=[Location(path=defect.path, line=defect.line, root=_root(evidence))],
                key=f"{defect.path} {defect.kind} {defect.detail}",
                severity=_MANIFESTS[defect.kind],
            )


def _root(evidence: Facts) -> str:
    """Return the only source; with several, the paths hold theirs already."""
    sources = evidence.library.sources
    return sources[0] if len(sources) == 1 else ""


def _not_loaded(rule: Rule, evidence: Facts) -> Iterator[Finding]:
    """One finding for each reason for which a client that the library is made for passes skills over."""
    views = {
        view.client: view for view in evidence.clients if view.made_for or view.client == evidence.client
    }
    groups = [left for left in evidence.library.left_out if left.client not in views]
    groups += [
        left
        for view in views.values()
        for left in view.left_out
        if left.lost or "it is loaded" in left.reason
    ]
    for left in groups:
        names = ", ".join(left.skills) + _more(left.count - len(left.skills))
        view = views.get(left.client)
        verb = "does not load" if left.lost else "loads more than once"
        told = f"{view.title} {verb} {names}" if view else f"Not in the forecast: {names}"
        yield rule.finding(
            left.skills,
            f"{told}: {left.reason}.",
            fix=f"{left.fix[:1].upper()}{left.fix[1:]}." if left.fix else "",
            places=places(evidence, left.skills),
            key=f"{left.client} {left.reason} {left.count}",
            severity=None if view else "info",
        )


def _more(count: int) -> str:
    return f" and {count} more" if count > 0 else ""


_BROKEN: dict[str, Severity] = dict.fromkeys(
    (
        "no-frontmatter", "empty-frontmatter", "blank-before-frontmatter", "text-before-frontmatter",
        "frontmatter-in-code-fence", "frontmatter-unfenced", "bad-opening-fence", "bad-closing-fence",
        "unterminated-frontmatter", "yaml-invalid", "unquoted-colon", "unquoted-indicator",
        "text-after-block-indicator", "bad-escape", "unclosed-quote", "line-without-key",
        "broken-flow", "frontmatter-not-mapping", "frontmatter-too-complex",
    ),
    "error",
)  # fmt: skip

RULES = (
    Rule(
        code="SA001",
        slug="not-loaded",
        severity="warning",
        what="A file or folder was looked at and not loaded as a skill.",
        why="What is not loaded is not in the forecast, and some client may load it all the same.",
        fix="Mend the file, or take it out of the library.",
        check=_skipped,
    ),
    Rule(
        code="SA002",
        slug="broken-frontmatter",
        severity="error",
        what="A strict YAML parser refuses the frontmatter, or finds none; skillaudit recovered it.",
        why="Clients with strict parsers drop such a skill silently: its users get another one, or none.",
        fix="Start the file with a line of three dashes, put values that hold a colon in double quotes, and "
        "end the block with three dashes.",
        check=_defects(_BROKEN),
    ),
    Rule(
        code="SA003",
        slug="fragile-frontmatter",
        severity="warning",
        what="The frontmatter is read differently by different parsers.",
        why="What one client shows another loses: a key written with a capital, a value cut at a #, a byte "
        "order mark before the first dash.",
        fix="Write plain lower-case keys once each, quote what is unusual, save as UTF-8 without a byte order "
        "mark and with LF line ends.",
        check=_defects(
            {
                "byte-order-mark": "warning",
                "duplicate-key": "warning",
                "key-case": "warning",
                "translated-keys": "warning",
                "comment-in-value": "warning",
                "yaml-alias": "warning",
                "file-name-case": "info",
                "crlf-line-ends": "info",
                "mixed-line-ends": "info",
                "fence-trailing-space": "info",
            }
        ),
    ),
    Rule(
        code="SA004",
        slug="name-breaks-spec",
        severity="warning",
        what="The name is missing, no text, longer than 64 characters, or not lower-case words with hyphens.",
        why="The reference validator refuses it, uploads fail, and some clients derive another name from the folder.",
        fix="Use 1 to 64 lower-case letters, digits and single hyphens.",
        check=_defects(
            dict.fromkeys(("no-name", "name-not-text", "name-too-long", "name-pattern"), "warning")
        ),
    ),
    Rule(
        code="SA005",
        slug="name-differs-from-folder",
        severity="info",
        what="The name in the frontmatter is not the name of the folder.",
        why="The specification wants them equal; some clients list the one, some the other.",
        fix="Rename the folder or the skill.",
        check=_defects({"name-differs-from-folder": "info"}),
    ),
    Rule(
        code="SA006",
        slug="duplicate-name",
        severity="warning",
        what="Two or more different skills of one source have the same name.",
        why="Most clients keep one of them, and which one depends on the order of folders.",
        fix="Give each a name of its own, or delete the stale one.",
        check=_defects({"duplicate-name": "warning"}),
    ),
    Rule(
        code="SA007",
        slug="no-description",
        severity="error",
        what="There is no description, or it is no text.",
        why="The description is all that a model sees when it chooses; without it only the name speaks.",
        fix="Write one or two sentences: what the skill does, then when to use it.",
        check=_defects(dict.fromkeys(("no-description", "empty-description", "description-not-text"), "error")),
    ),
    Rule(
        code="SA008",
        slug="description-length",
        severity="warning",
        what="The description is longer than the specification's 1,024 characters, or too short to route by.",
        why="Long ones are refused or cut, usually at the clause that sets the boundary; short ones lose to any "
        "rival that says more.",
        fix="Aim at 100 to 400 characters, capability first.",
        check=_defects(
            dict.fromkeys(("description-too-long", "description-too-short", "row-no-description"), "warning")
        ),
    ),
    Rule(
        code="SA009",
        slug="empty-words",
        severity="warning",
        what="The description repeats the name, holds a template's placeholder, tags or literal escapes.",
        why="It takes room in the listing and tells the model nothing.",
        fix="Replace it with what the skill does and when to use it.",
        check=_defects(
            {
                "description-repeats-name": "warning",
                "placeholder": "warning",
                "literal-escape": "warning",
                "markup-in-description": "info",
            }
        ),
    ),
    Rule(
        code="SA010",
        slug="duplicate-description",
        severity="warning",
        what="Two or more skills have exactly the same description.",
        why="A model has only their names to tell them apart.",
        fix="Say in each what the other does not do, or fold them into one.",
        check=_defects({"duplicate-description": "warning"}),
    ),
    Rule(
        code="SA011",
        slug="hidden-characters",
        severity="warning",
        what="The file holds control, bidirectional or invisible characters, NUL bytes, or is not UTF-8.",
        why="They can drive a terminal, hide instructions from a reader, and split words for the model.",
        fix="Save the file as plain UTF-8 without them.",
        check=_defects(dict.fromkeys(("hidden-characters", "nul-bytes", "not-utf8"), "warning")),
    ),
    Rule(
        code="SA012",
        slug="unknown-keys",
        severity="info",
        what="The frontmatter has keys beyond the specification's.",
        why="The reference validator and uploads refuse them; clients ignore them.",
        fix="Move them under `metadata`, unless the one client that reads them is the only one you serve.",
        check=_defects(dict.fromkeys(("unknown-keys", "client-keys", "compatibility-too-long"), "info")),
    ),
    Rule(
        code="SA013",
        slug="body-size",
        severity="info",
        what="The skill has no instructions, or more than a model should read at once.",
        why="An empty skill is chosen for nothing; a very long one fills the context when it is.",
        fix="Keep the body under 500 lines and 40,000 characters, and move reference material into files beside it.",
        check=_defects({"no-body": "warning", "file-too-large": "warning", "body-too-long": "info"}),
    ),
    Rule(
        code="SA014",
        slug="off-the-path",
        severity="info",
        what="The file lies below another skill, where some clients do not look, or Markdown stands in for SKILL.md.",
        why="The clients that look there list it; for the others it is not there (`skillaudit listing`).",
        fix="Move it to a folder of its own, named SKILL.md.",
        check=_defects({"nested-skill": "info", "not-skill-md": "info"}),
    ),
    Rule(
        code="SA015",
        slug="broken-manifest",
        severity="error",
        what="A marketplace or the manifest of a plugin or extension names what is not there, or forgets what is.",
        why="Clients refuse to install such a plugin, or install it without these skills.",
        fix="Name folders that hold a SKILL.md, below the plugin, with paths that begin with ./",
        check=_manifests,
    ),
    Rule(
        code="SA016",
        slug="not-offered",
        severity="warning",
        what="A client that the library is made for does not load the skill, or not all of it; or no client looks "
        "where it lies.",
        why="It is not in that client's list, so it is chosen for nothing there, and not in its forecast.",
        fix="Move it where the client looks, or leave it out with --exclude.",
        check=_not_loaded,
    ),
)  # fmt: skip
