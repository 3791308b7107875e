"""The catalogue: every kind of defect and every reason for skipping, with one line of meaning each."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple


class Problem(NamedTuple):
    """A defect before its skill has an id."""

    kind: str
    line: int
    detail: str = ""
    content: str = ""
    """Digest of what was found, where a defect of the same kind may be a worse one."""


DEFECT_KINDS: Mapping[str, str] = MappingProxyType(
    {
        # bytes
        "byte-order-mark": "a byte order mark stands first, which hides the frontmatter from some clients",
        "not-utf8": "the file is not valid UTF-8; the bytes that could not be read were replaced",
        "nul-bytes": "the file holds NUL bytes, usually after a broken copy",
        "crlf-line-ends": "lines end in CRLF, which strict frontmatter patterns do not match",
        "mixed-line-ends": "some lines end in CRLF and some in LF",
        "file-too-large": "the file is larger than the loader reads; the rest of its body was left out",
        "file-name-case": "the file is not named SKILL.md in this spelling; clients on Linux may not find it",
        "not-skill-md": "a Markdown file stands in for SKILL.md; most clients do not list it as a skill",
        "nested-skill": "the file lies below another skill's folder, where some clients do not look",
        # fences
        "no-frontmatter": "there is no frontmatter; name and description were taken from folder and body",
        "empty-frontmatter": "the frontmatter holds nothing",
        "blank-before-frontmatter": "blank lines stand before the frontmatter, so strict clients see none",
        "text-before-frontmatter": "a heading, comment or other text stands before the frontmatter",
        "frontmatter-in-code-fence": "the frontmatter stands inside a Markdown code fence",
        "frontmatter-unfenced": "name and description are written without any --- line around them",
        "bad-opening-fence": "the first line is not a plain ---",
        "bad-closing-fence": "the line that ends the frontmatter is not a plain ---",
        "unterminated-frontmatter": "the closing --- is missing",
        "fence-trailing-space": "white space follows the --- of a fence, which strict patterns do not match",
        # YAML
        "yaml-invalid": "a strict YAML parser rejects the frontmatter; it was read line by line",
        "unquoted-colon": "a plain value holds a colon and a space, which is not YAML; it needs quotes",
        "unquoted-indicator": "a plain value starts with a character that YAML reserves; it needs quotes",
        "broken-flow": "a value in braces is not valid YAML, often for a missing bracket or quote",
        "text-after-block-indicator": "text stands on the same line as | or >, where YAML allows none",
        "bad-escape": "a double-quoted value holds an escape that YAML does not know",
        "unclosed-quote": "a quoted value is not closed, or text follows its closing quote",
        "line-without-key": "a line of the frontmatter is neither a key nor indented under one",
        "frontmatter-not-mapping": "the frontmatter is not a list of keys and values",
        "yaml-alias": "the frontmatter uses YAML aliases, which are never expanded here",
        "frontmatter-too-complex": "the frontmatter is too large or too deeply nested to be parsed as YAML",
        "duplicate-key": "the same key stands twice; the last one counts, and some parsers refuse the file",
        "key-case": "a key is written with capitals, so clients do not see it",
        "translated-keys": "the keys are not the English ones that clients look for",
        "comment-in-value": "a # after a space starts a comment and cuts the value short",
        # name
        "no-name": "there is no name; the folder's name stands in",
        "name-not-text": "the name reads as a number, a truth value or null; it needs quotes",
        "name-too-long": "the name is longer than 64 characters",
        "name-pattern": "the name is not made of lower-case letters, digits and single hyphens",
        "name-differs-from-folder": "the name differs from its folder's name",
        "duplicate-name": "several skills of one source have the same name",
        # description
        "no-description": "there is no description; the first paragraph of the body or the name alone stands in",
        "empty-description": "the description is empty; the first paragraph of the body or the name alone stands in",
        "row-no-description": "the row has no description, so it is audited as its name",
        "description-not-text": "the description is a list or a mapping instead of text",
        "description-too-long": "the description is longer than 1,024 characters",
        "description-too-short": "the description is too short to say what the skill does and when to use it",
        "description-repeats-name": "the description says no more than the name",
        "duplicate-description": "another skill has exactly the same description",
        "placeholder": "the description holds a template's placeholder",
        "markup-in-description": "the description holds tags in angle brackets, which are escaped or refused",
        "literal-escape": "the description holds a literal backslash-n instead of a line break",
        "hidden-characters": "control, bidirectional or invisible characters were removed",
        # manifests of marketplaces, plugins and extensions
        "manifest-unreadable": "the manifest cannot be read, so nothing of it is installed",
        "manifest-path-missing": "a path that is not there, so the plugin does not load",
        "manifest-path-file": "a path to a file where a folder with SKILL.md is meant, so the plugin does not load",
        "manifest-path-outside": "a path that leaves the plugin, so it cannot be installed",
        "manifest-no-skill": "a folder without any SKILL.md",
        "manifest-forgets": "skills lie beside those that are listed, and no plugin ships them",
        "manifest-stub": "this marketplace lists no plugin, and its clients read no other",
        # other keys and body
        "unknown-keys": "the frontmatter has keys that neither the specification nor a known client defines",
        "client-keys": "the frontmatter has keys of one client, which strict validators and uploads refuse",
        "compatibility-too-long": "the compatibility note is longer than 500 characters",
        "no-body": "the file has no instructions below its frontmatter",
        "body-too-long": "the body is longer than a model should read at once",
    }
)
"""Kind of defect -> one line saying what it means."""

SKIP_CODES: Mapping[str, str] = MappingProxyType(
    {
        "empty-file": "the file has no content",
        "no-description": "no description can be recovered, from its key or from the body",
        "no-name": "no name can be recovered",
        "not-a-skill": "the Markdown file has no frontmatter with a name and a description",
        "not-a-file": "the entry is a folder, a socket or another thing that cannot be read as a file",
        "unreadable": "the file or folder cannot be read",
        "shadowed": "a skill of an earlier source has the same name",
        "other-case": "another spelling of SKILL.md stands in the same folder and comes first",
        "symlink-outside-root": "the link leads out of the source",
        "symlink-loop": "the link leads back to a folder that contains it",
        "broken-symlink": "the link leads nowhere",
        "hidden-folder": "skills below a hidden folder that no known client reads",
        "ignored-folder": "skills below a folder of tools or packages, such as node_modules",
        "too-deep": "the folder lies deeper than the loader goes",
        "too-many": "there are more folders or skills than the loader takes",
        "misspelt": "a file named almost like SKILL.md, which no client finds",
        "flat-file": "Markdown directly in a client's folder of skills, which no client loads",
        "reference": "a lower-case skill.md without frontmatter below a skill is a page of that skill",
        "stale-version": "a cached version of a plugin that is not the installed one",
        "submodule": "a submodule that is not checked out, so that its skills are not here",
        "remote-plugin": "a manifest or a lock file lists what lives in another repository",
        "no-tools": "a message of a recorded exchange that lists no tools",
        "partial-list": "the list of tools says that more pages follow",
        "bad-row": "the row of a list cannot be read",
    }
)
"""Code of a skipped entry -> one line saying what it means."""
