"""Compare our lists with those of the published clients themselves, byte for byte, on random libraries.

`python -m tests.clients.differential openclaw --count 180` fetches the client's package with npm into `--packages`,
writes random libraries, has the client list each, and prints how many lists are equal and the first that are not. Only
the clients' own listing runs; requests go to a server on this machine that answers with an error. It is no part of the
tests: it needs the network once, `node`, and up to ten seconds a library.
"""

from __future__ import annotations

import argparse
import difflib
import http.server
import json
import os
import random
import re
import shutil
import subprocess
import tempfile
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from skillaudit.clients import listing
from skillaudit.load import load

PACKAGES = {
    "openclaw": ["openclaw@2026.9.6"],
    "codex": ["@openai/codex@0.171.0-linux-x64"],
    "gemini-cli": ["@google/gemini-cli@0.61.0"],
    "opencode": ["opencode-linux-x64@1.18.33"],
    "claude-code": ["@anthropic-ai/claude-code-linux-x64@2.1.332"],
}
_WORDS = [
    "build", "deploy", "release", "review", "table", "chart", "query", "invoice", "patient", "tenant",
    "schema", "index", "parse", "render", "cache", "token", "météo", "größe", "数据", "分析", "отчёт", "mail",
    "calendar", "image", "audio", "bridge", "garden", "soil", "route", "ticket", "ledger", "audit",
]  # fmt: skip
_MARKS = (", ", "; ", ". ", " - ", ' "quoted" ', " <tag> ", " & ", " it's ", " `code` ", " ")


@dataclass
class Case:
    """One random library on disk and what the client is told."""

    root: Path
    context: int | None
    seed: int
    names: list[str] = field(default_factory=list)


def sentence(rng: random.Random, most: int) -> str:
    """Return one line of words and marks, at most `most` characters."""
    text = ""
    wanted = rng.randint(8, most)
    while len(text) < wanted:
        text += rng.choice(_WORDS) + rng.choice(_MARKS)
    return " ".join(text[:wanted].split())


def make(folder: Path, skills: str, seed: int, odd: bool) -> Case:
    """Write a library below `folder`/`skills`; with `odd`, files that some clients pass over are among them."""
    rng = random.Random(seed)
    case = Case(folder, rng.choice([None, 16_000, 64_000, 200_000, 400_000]), seed)
    count, most = rng.choice([3, 12, 40, 90, 170]), rng.choice([60, 300, 900, 1_500])
    for number in range(count):
        name = f"{rng.choice(_WORDS[:20])}-{rng.choice(_WORDS[:20])}-{number}"
        case.names.append(name)
        keys = {"name": name, "description": sentence(rng, most)}
        place = f"{skills}/{name}"
        if odd and rng.random() < 0.2:
            kind = rng.choice(["no name", "no description", "manual", "deep", "nested", "other name"])
            if kind.startswith("no "):
                keys.pop(kind[3:])
            elif kind == "manual":
                keys["disable-model-invocation"] = "true"
            elif kind == "other name":
                keys["name"] = f"{name}-x"
            else:
                place = f"{skills}/group/{name}" if kind == "deep" else f"{place}/inner"
        file = folder / place / "SKILL.md"
        file.parent.mkdir(parents=True, exist_ok=True)
        front = "".join(
            f"{key}: {value if value == 'true' else json.dumps(value, ensure_ascii=False)}\n"
            for key, value in keys.items()
        )
        file.write_text(f"---\n{front}---\n\nThe body of {name} says what to do.\n", encoding="utf-8")
    return case


class Loopback:
    """A server that answers every request with an error and keeps what was asked."""

    def __init__(self) -> None:
        """Start it on a free port of this machine."""
        kept: list[str] = []
        self.kept = kept

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                kept.append(
                    self.rfile.read(int(self.headers.get("content-length", 0))).decode("utf-8", "replace")
                )
                body = b'{"error":{"code":400,"message":"x","type":"invalid_request_error"}}'
                self.send_response(400)
                self.send_header("content-type", "application/json")
                self.end_headers()
                self.wfile.write(body)

            def do_GET(self) -> None:
                self.send_error(404)

            def log_message(self, *_: object) -> None:
                pass

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def asked(self, command: list[str], cwd: Path, **env: str) -> str:
        """Run a client and return all strings of the requests that it made."""
        self.kept.clear()
        clean = {key: value for key, value in os.environ.items() if not key.startswith("CLAUDE")}
        subprocess.run(
            command,
            cwd=cwd,
            env={**clean, "PWD": str(cwd), **env},
            capture_output=True,
            timeout=120,
            check=False,
        )
        return "\n".join(text for body in self.kept for text in _strings(json.loads(body)))


def _strings(value: object) -> list[str]:
    if isinstance(value, str):
        return [value]
    items = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return [text for item in items for text in _strings(item)]


def _block(text: str, opening: str, closing: str) -> str:
    start = text.find(opening)
    return "" if start < 0 else text[start : text.find(closing, start) + len(closing)]


def openclaw(package: Path, work: Path) -> Callable[[Case], str]:
    """Return OpenClaw's whole prompt section of skills: its bounded catalogue, then its cut for the context."""
    dist = package / "dist"
    files = {stem: next(dist.glob(f"{stem}-*.mjs")) for stem in ("skill-prompt-limits", "skill-contract")}
    exported = {
        name: re.search(rf"{name} as (\w+)", files[stem].read_text(encoding="utf-8"))
        for name, stem in (
            ("prepareSkillsForPrompt", "skill-prompt-limits"),
            ("compactSkillsPromptForContext", "skill-contract"),
        )
    }
    prepare, compact = (match[1] for match in exported.values() if match)
    script = work / "list.mjs"
    script.write_text(
        f'import {{ {prepare} as prepare }} from "{files["skill-prompt-limits"]}";\n'
        f'import {{ {compact} as compact }} from "{files["skill-contract"]}";\n'
        'import fs from "node:fs";\n'
        "const { skills, context } = JSON.parse(fs.readFileSync(0, 'utf8'));\n"
        "process.stdout.write(compact(prepare({ skills }).prompt, context ?? undefined));\n"
    )

    def theirs(case: Case) -> str:
        skills = [
            {
                "name": skill.name,
                "description": skill.description,
                "filePath": f"~/w/skills/{skill.name}/SKILL.md",
            }
            for skill in load([case.root]).skills
        ]
        asked = json.dumps({"skills": skills, "context": case.context})
        done = subprocess.run(["node", str(script)], input=asked, capture_output=True, text=True, check=True)
        return done.stdout

    return theirs


def codex(package: Path, work: Path) -> Callable[[Case], str]:
    """Return the developer message of skills, without Codex's own."""
    binary = next(package.rglob("bin/codex"))
    home = work / "home"
    (home / ".codex").mkdir(parents=True, exist_ok=True)

    def theirs(case: Case) -> str:
        (home / ".codex" / "config.toml").write_text(
            "[skills]\nbundled = {enabled = false}\n"
            f"max_context_tokens = {(case.context or 200_000) // 50}\n"
        )
        done = subprocess.run(
            [str(binary), "debug", "prompt-input", "hi"],
            cwd=case.root, env={**os.environ, "HOME": str(home), "CODEX_HOME": str(home / ".codex")},
            capture_output=True, text=True, check=True,
        )  # fmt: skip
        said = "\n".join(_strings(json.loads(done.stdout)))
        return _block(said, "<skills_instructions>", "</skills_instructions>")

    return theirs


def gemini(package: Path, work: Path) -> Callable[[Case], str]:
    """Return the block of available skills in Gemini CLI's system prompt, its built-in ones taken out."""
    home, server = work / "home", Loopback()
    (home / ".gemini").mkdir(parents=True, exist_ok=True)
    settings = {"security": {"auth": {"selectedType": "gemini-api-key"}, "folderTrust": {"enabled": False}}}
    (home / ".gemini" / "settings.json").write_text(json.dumps(settings))

    def theirs(case: Case) -> str:
        said = server.asked(
            ["node", str(package / "bundle" / "gemini.js"), "-p", "hi"], case.root,
            HOME=str(home), GEMINI_API_KEY="x", GOOGLE_GEMINI_BASE_URL=server.url, GEMINI_CLI_TRUST_WORKSPACE="true",
        )  # fmt: skip
        block = _block(said, "<available_skills>\n", "\n</available_skills>")
        entries = re.findall(r"  <skill>\n.*?\n  </skill>", block, re.DOTALL)
        own = [entry for entry in entries if "/bundle/builtin/" not in entry]
        return "<available_skills>\n" + "\n".join(own) + "\n</available_skills>"

    return theirs


def opencode(package: Path, work: Path) -> Callable[[Case], str]:
    """Return the block of available skills in OpenCode's system prompt, its built-in one taken out."""
    home, server = work / "home", Loopback()
    home.mkdir(exist_ok=True)
    provider = {
        "npm": "@ai-sdk/openai-compatible",
        "options": {"baseURL": f"{server.url}/v1", "apiKey": "x"},
        "models": {"m": {}},
    }
    config = work / "opencode.json"
    config.write_text(json.dumps({"autoupdate": False, "provider": {"loop": provider}}))

    def theirs(case: Case) -> str:
        said = server.asked(
            [str(package / "bin" / "opencode"), "run", "-m", "loop/m", "hi"], case.root,
            HOME=str(home), OPENCODE_CONFIG=str(config), OPENCODE_DISABLE_MODELS_FETCH="1",
        )  # fmt: skip
        block = _block(said, "<available_skills>\n", "\n</available_skills>")
        return re.sub(
            r"  <skill>\n    <name>customize-opencode</name>.*?  </skill>\n?", "", block, flags=re.DOTALL
        )

    return theirs


def claude(package: Path, work: Path) -> Callable[[Case], str]:
    """Return the list in Claude Code's system reminder, without its bundled skills."""
    home, server = work / "home", Loopback()
    home.mkdir(exist_ok=True)
    # One more skill stands at the end of the list, of a plugin that cannot be turned off and is never cut.
    other = 0

    def theirs(case: Case) -> str:
        block = asked(case.root, (case.context or 200_000) // 25 + other)
        return "\n".join(line for line in block if not line.startswith("- plugin-authoring:"))

    def asked(root: Path, budget: int) -> list[str]:
        said = server.asked(
            [str(package / "claude"), "-p", "hi"], root,
            HOME=str(home), ANTHROPIC_BASE_URL=server.url, ANTHROPIC_API_KEY="x", DISABLE_TELEMETRY="1",
            CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC="1", CLAUDE_CODE_MAX_RETRIES="0",
            CLAUDE_CODE_DISABLE_BUNDLED_SKILLS="1",
            SLASH_COMMAND_TOOL_CHAR_BUDGET=str(budget),
        )  # fmt: skip
        block = _block(said, "The following skills are available", "</system-reminder>")
        return (
            block.partition("\n\nToday's date")[0].removesuffix("</system-reminder>").rstrip("\n").split("\n")
        )

    other = 1 + len(next(line for line in asked(work, 100_000) if line.startswith("- plugin-authoring:")))
    return theirs


CLIENTS: dict[str, tuple[Callable[[Path, Path], Callable[[Case], str]], str]] = {
    "openclaw": (openclaw, "skills"),
    "codex": (codex, ".agents/skills"),
    "gemini-cli": (gemini, ".gemini/skills"),
    "opencode": (opencode, ".claude/skills"),
    "claude-code": (claude, ".claude/skills"),
}


def ours(client: str, case: Case) -> str:
    """Return our list of the case, and the length of OpenClaw's prose before it."""
    base = "~/w/skills" if client == "openclaw" else str(case.root / CLIENTS[client][1])
    context = case.context
    if client == "codex":
        context = context or 200_000
    return listing(load([case.root]).skills, client, context=context, base=base).text


def compare(client: str, text: str, case: Case) -> bool:
    """Say whether the client's text holds our list, and nothing else between its ends."""
    mine = ours(client, case)
    if client == "openclaw":
        return text[text.find("<available_skills>") :] == mine if mine.count("<skill>") else not text
    if client == "codex":
        return text.removeprefix("<skills_instructions>\n").removesuffix("\n</skills_instructions>") == mine
    if client == "gemini-cli":  # within a folder it lists in the order of the file system
        return sorted(_ENTRY.findall(text)) == sorted(_ENTRY.findall(mine)) and len(text) == len(mine)
    return text == mine


_ENTRY = re.compile(r"  <skill>\n.*?\n  </skill>", re.DOTALL)


def fetch(client: str, into: Path) -> Path:
    """Return the folder of a client's package, fetched with npm where it is not there yet."""
    into.mkdir(parents=True, exist_ok=True)
    for name in PACKAGES[client]:
        target = into / re.sub(r"\W+", "-", name).strip("-")
        if not target.is_dir():
            done = subprocess.run(
                ["npm", "pack", "--silent", name], cwd=into, capture_output=True, text=True, check=True
            )
            target.mkdir()
            file = into / done.stdout.strip().splitlines()[-1]
            subprocess.run(["tar", "xzf", file, "-C", target, "--strip-components=1"], check=True)
            file.unlink()
    return target


def main() -> None:
    """Compare on random libraries and print what differs."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("client", choices=sorted(CLIENTS))
    parser.add_argument("--count", type=int, default=20)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--odd", action="store_true", help="with files that some clients pass over")
    parser.add_argument("--packages", type=Path, default=Path(tempfile.gettempdir()) / "client-packages")
    options = parser.parse_args()
    start, skills = CLIENTS[options.client]
    package = fetch(options.client, options.packages)
    equal = 0
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder).resolve()
        (work / "client").mkdir()
        theirs = start(package, work / "client")
        for seed in range(options.seed, options.seed + options.count):
            case = make(work / f"case-{seed}", skills, seed, options.odd)
            (case.root / ".git").mkdir()
            subprocess.run(["git", "init", "-q", str(case.root)], check=True)
            text = theirs(case)
            if compare(options.client, text, case):
                equal += 1
            else:
                print(f"seed {seed}, context {case.context}, {len(case.names)} skills:")
                lines = difflib.unified_diff(
                    ours(options.client, case).split("\n"), text.split("\n"), "ours", "theirs", "", "", 0, ""
                )
                print("\n".join(line[:160] for line in list(lines)[:12]))
            shutil.rmtree(case.root)
    print(f"{options.client}: {equal} of {options.count} lists equal")


if __name__ == "__main__":
    main()
