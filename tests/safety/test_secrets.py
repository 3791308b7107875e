"""No key that was sent is said again, whatever form a server gives it."""

from __future__ import annotations

import base64
import html
import json
import re
import textwrap
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from skillaudit.cli.diagnostics import say
from skillaudit.llm import LiveModel, _completion, translate
from skillaudit.safety import secrets
from skillaudit.safety.secrets import LONG_PIECE, PIECE, known_secrets, mask, remember, without_userinfo

KEY = 'Zq7/xW+4"tR&9<mK~é!v2Lp0'
KEYS = st.text(
    st.characters(min_codepoint=33, max_codepoint=400, exclude_categories=["Cs", "Cc", "Cf"]), min_size=12
)


def encoded(text: str, before: str) -> str:
    return base64.b64encode((before + text).encode()).decode()


FORMS = {
    "as it is": KEY,
    "in capitals": KEY.upper(),
    "in a URL": quote(KEY, safe=""),
    "in a URL twice": quote(quote(KEY, safe=""), safe=""),
    "in JSON": json.dumps(KEY),
    "in JSON, unescaped": json.dumps(KEY, ensure_ascii=False),
    "in HTML": html.escape(KEY),
    "in base64": encoded(KEY, ""),
    "in base64 after a user": encoded(KEY, "ab:"),
    "in base64 after a scheme": encoded(KEY, "Bearer "),
    "in base64 of URLs": base64.urlsafe_b64encode(KEY.encode()).decode(),
    "in hexadecimal": KEY.encode().hex(),
    "as a header": f"Authorization: Bearer {KEY}",
    "as Python shows it": repr({"api_key": KEY}),
    "cut at its end": KEY[:-6],
    "cut at its start": KEY[6:],
    "cut in its middle": f"{KEY[:6]}…{KEY[-6:]}",
    "with stars": f"{KEY[:3]}********{KEY[-3:]}",
    "with dots": f"{KEY[:2]}...{KEY[-4:]}",
    "with crosses": f"{KEY[:4]}xxxxxxxx{KEY[-4:]}",
}


@pytest.mark.parametrize("form", FORMS)
def test_no_piece_of_a_key_is_left(form: str) -> None:
    said = mask(f"the server said {FORMS[form]} and stopped", secrets=[KEY])
    assert said.startswith("the server said ") and said.endswith(" and stopped")
    pieces = {KEY[at : at + PIECE].lower() for at in range(len(KEY) - PIECE + 1)}
    assert not [piece for piece in pieces if piece in said.lower()]
    rest = said.removeprefix("the server said ").removesuffix(" and stopped")
    # What stays is what stood beside the key, and at most the letter of base64 that holds some of that.
    beside = (
        r"[\"']?\*{3}\w?=*[\"']?",
        r"Authorization: Bearer \*{3}",
        r"\{'api_key': '\*{3}(?:'\})?",
        r"(?:QmVhcmVyI|YWI6)\w?\*{3}\w?=*",
        r"\*{3}(?:\*{8}|\.{3}|…|x{7,8})\*{3}",
    )
    assert any(re.fullmatch(one, rest) for one in beside), rest
    assert KEY[:2] not in said and KEY[-2:] not in said


APART = {
    "backwards": KEY[::-1],
    "with spaces": " ".join(KEY),
    "with nothing that is seen": "\u200b".join(KEY),
    "with dashes": "-".join(KEY),
    "in wide letters": "".join(chr(ord(one) + 0xFEE0) if "!" <= one <= "~" else one for one in KEY),
    "in decimal references": "".join(f"&#{ord(one)};" for one in KEY),
    "in hexadecimal references": "".join(f"&#x{ord(one):X};" for one in KEY),
    "in escapes": "".join(f"\\u{ord(one):04x}" for one in KEY),
    "in short escapes": "".join(f"\\x{ord(one):02x}" for one in KEY),
    "all in per cents": "".join(f"%{byte:02X}" for byte in KEY.encode()),
    "in bytes apart": KEY.encode().hex(" "),
    "in codes": " ".join(str(ord(one)) for one in KEY),
    "in base64 over lines": "\n".join(textwrap.wrap(encoded(KEY, ""), 7)),
    "in base32": base64.b32encode(KEY.encode()).decode(),
}


@pytest.mark.parametrize("form", APART)
def test_a_key_that_is_taken_apart_or_spelt_is_found(form: str) -> None:
    said = mask(f"the server said {APART[form]} and stopped", secrets=[KEY])
    assert said.startswith("the server said ") and said.endswith(" and stopped")
    rest = said.removeprefix("the server said ").removesuffix(" and stopped")
    assert "***" in rest and len(rest) < 24 + len(APART[form]) // 8, rest


@given(KEYS, st.text(max_size=20), st.text(max_size=20), st.sampled_from(["", "a", "ab"]))
def test_any_key_in_any_text(key: str, before: str, after: str, prefix: str) -> None:
    for form in (key, quote(key, safe=""), json.dumps(key)[1:-1], encoded(key, prefix)):
        assert form not in mask(before + form + after, secrets=[key])


@given(st.text(max_size=200))
def test_what_holds_no_key_stays(text: str) -> None:
    assert mask(text, LONG_PIECE, secrets=["\0" * 12]) == text


def test_the_keys_that_the_process_knows(monkeypatch: pytest.MonkeyPatch) -> None:
    environ = {
        "OPENAI_API_KEY": "first-key-1",
        "AWS_SECRET_ACCESS_KEY": "second-key",
        "AWS_ACCESS_KEY_ID": "third-key",
        "SOME_AUTH_TOKEN_2": "fourth-key",
        "DB_PASSWORD": "fifth-key",
        "HTTPS_PROXY": "http://me:sixth-key@proxy:3128",
        "AZURE_API_BASE": "https://x.example/?api-key=seventh-key",
        "GOOGLE_APPLICATION_CREDENTIALS": "/home/me/keys.json",
        "SSH_AUTH_SOCK": "/tmp/agent.1",
        "KEYBOARD": "us-international",
        "SHORT_KEY": "abc",
        "LANG": "en_GB.UTF-8",
    }
    monkeypatch.setattr(secrets, "_GIVEN", set())
    LiveModel("openai/x", api_base="https://you:eighth-key@host/v1?key=ninth-key")
    names = ["first-key-1", "second-key", "third-key", "fourth-key", "fifth-key", "sixth-key", "seventh-key"]
    names += ["eighth-key", "ninth-key", "me:sixth-key", "you:eighth-key"]
    assert sorted(known_secrets(environ)) == sorted(names)


def test_an_address_is_kept_without_its_keys() -> None:
    shown = without_userinfo("https://you:secret-1@host/v1?api_key=secret-2&x=1")
    assert shown == "https://***@host/v1?api_key=***&x=1"
    assert without_userinfo("http://localhost:8000/v1") == "http://localhost:8000/v1"


def test_errors_answers_and_narration_hold_no_key(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(secrets, "_GIVEN", set())
    monkeypatch.setenv("SOME_PROVIDER_KEY", KEY)
    remember("https://user:hunter22-word@host")
    for form in FORMS.values():
        told = str(translate(RuntimeError(f"no: {form} (hunter22-word)"), "some/model"))
        assert "hunter22" not in told and KEY[:3] not in told and KEY[-3:] not in told
    say(f"it was {KEY} and hunter22-word")
    assert capfd.readouterr().err == "it was *** and ***\n"

    class Message:
        content = f"your key is {KEY}, \x1b[2Jbye"

    class Choice:
        message = Message()
        finish_reason = "stop"

    class Response:
        choices = (Choice(),)

    assert _completion(Response()).text == "your key is ***, bye"
