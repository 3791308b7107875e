"""The door to live models: errors in our words, waits, prices, and no connection that nobody asked for."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from skillaudit import llm
from skillaudit.errors import ModelError
from skillaudit.llm import (
    AuthError,
    Price,
    RejectedError,
    RetryableError,
    UnknownModelError,
    UnreachableError,
    estimate_tokens,
    key_variable,
    pause_of,
    retry_after,
    translate,
)


def made(name: str, message: str, **attributes: object) -> Exception:
    """Return an error of a class with that name, as litellm would raise it."""
    error: Exception = type(name, (Exception,), {})(message)
    for key, value in attributes.items():
        setattr(error, key, value)
    return error


@pytest.mark.parametrize(
    ("name", "message", "kind", "says"),
    [
        ("AuthenticationError", "Incorrect API key provided: sk-abcdefgh12345", AuthError, "OPENAI_API_KEY"),
        ("PermissionDeniedError", "no access", AuthError, "OPENAI_API_KEY"),
        ("InternalServerError", "Missing credentials. Please pass an `api_key`", AuthError, "OPENAI_API_KEY"),
        ("APIConnectionError", "Missing Gemini API key. Set the GEMINI_API_KEY", AuthError, "GEMINI_API_KEY"),
        ("RateLimitError", "You exceeded your current quota", AuthError, "nothing left to spend"),
        ("RateLimitError", "slow down", RetryableError, "rate limit"),
        ("NotFoundError", "The model `x` does not exist", UnknownModelError, "--model"),
        ("BadRequestError", "LLM Provider NOT provided. Pass in", UnknownModelError, "--model"),
        ("ContextWindowExceededError", "too many tokens", RejectedError, "fewer skills"),
        ("BadRequestError", "maximum context length is 10", RejectedError, "fewer skills"),
        ("BadRequestError", "Unsupported parameter", RejectedError, "Unsupported parameter"),
        ("Timeout", "Request timed out.", RetryableError, "--timeout"),
        ("InternalServerError", "OpenAIException - Connection error.", UnreachableError, "--api-base"),
        ("APIConnectionError", "Cannot connect to host localhost:1", UnreachableError, "network"),
        ("InternalServerError", "boom", RetryableError, "boom"),
        ("JSONDecodeError", "Unterminated string", RetryableError, "Unterminated"),
    ],
)
def test_each_failure_has_a_kind_and_one_sentence_with_its_remedy(
    name: str, message: str, kind: type[ModelError], says: str
) -> None:
    found = translate(made(name, f"litellm.{name}: {name}: {message}"), "openai/m")
    assert type(found) is kind
    assert says in str(found)
    assert "\n" not in str(found) and "sk-abcdefgh" not in str(found)
    assert f"litellm.{name}" not in str(found)


def test_a_wait_that_the_provider_asks_for_is_kept() -> None:
    error = made("RateLimitError", "slow", litellm_response_headers={"retry-after": "7"})
    found = translate(error, "openai/m")
    assert isinstance(found, RetryableError) and found.retry_after == 7
    assert not found.billed


@pytest.mark.parametrize(
    ("name", "billed"), [("Timeout", True), ("InternalServerError", True), ("RateLimitError", False)]
)
def test_calls_that_may_be_on_the_bill_are_marked(name: str, billed: bool) -> None:
    found = translate(made(name, "x"), "openai/m")
    assert isinstance(found, RetryableError) and found.billed is billed


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"retry-after": "3"}, 3.0),
        ({"retry-after": "0.5"}, 0.5),
        ({"retry-after": "-3"}, 0.0),
        ({"retry-after-ms": "250", "retry-after": "3"}, 0.25),
        ({"retry-after": "Thu, 01 Jan 1970 00:01:40 GMT"}, 90.0),
        ({"retry-after": "soon"}, None),
        ({"retry-after": "inf"}, llm.MAX_WAIT),
        ({"retry-after": "nan"}, 0.0),
        ({"retry-after": "1e400"}, llm.MAX_WAIT),
        ({"retry-after": "Thu, 01 Jan 9999 00:01:40 GMT"}, llm.MAX_WAIT),
        ({"retry-after": "Thu, 01 Jan 99999 00:01:40 GMT"}, None),
        ({"retry-after-ms": "9" * 400}, llm.MAX_WAIT),
    ],
)
def test_retry_after_is_a_number_or_a_date(headers: dict[str, str], seconds: float | None) -> None:
    assert retry_after(headers, now=lambda: 10.0) == seconds


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"x-ratelimit-remaining-requests": "3", "x-ratelimit-reset-requests": "6m0s"}, 0.0),
        ({"x-ratelimit-remaining-requests": "0", "x-ratelimit-reset-requests": "6m1.5s"}, 361.5),
        ({"x-ratelimit-remaining-requests": "0", "x-ratelimit-reset-requests": "20ms"}, 0.02),
        (
            {"llm_provider-x-ratelimit-remaining-tokens": "0", "llm_provider-x-ratelimit-reset-tokens": "1s"},
            1.0,
        ),
        (
            {"x-ratelimit-remaining-requests": "0", "x-ratelimit-reset-requests": "9" * 400 + "s"},
            llm.MAX_WAIT,
        ),
        ({"x-ratelimit-remaining-requests": "0"}, 0.0),
        ({}, 0.0),
    ],
)
def test_an_empty_allowance_is_a_pause(headers: dict[str, str], seconds: float) -> None:
    assert pause_of(headers) == pytest.approx(seconds)


@pytest.mark.parametrize("name", ["OPENAI_API_KEY", "AWS_SECRET_ACCESS_KEY", "HF_TOKEN", "my_password"])
def test_no_key_is_said_again_whatever_its_form(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(name, "correct horse/battery+staple")
    for kind in ("AuthenticationError", "InternalServerError", "RateLimitError"):
        found = str(translate(made(kind, "Incorrect: correct horse/battery+staple."), "openai/m"))
        assert "horse" not in found and "battery" not in found and "***" in found


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("a \ud800 b", "a \ufffd b"),
        ("\ud83d\ude00", "\U0001f600"),
        ("a\0b", "ab"),
        (None, ""),
        (7, "7"),
        ([{"type": "text"}], "[{'type': 'text'}]"),
        ("x" * 100_000, "x" * llm.MAX_ANSWER),
    ],
)
def test_every_text_is_one_that_can_be_kept(text: object, kept: str) -> None:
    found = llm._completion(sent(text))
    assert found.text == kept
    assert found.text.encode().decode() == kept


@pytest.mark.parametrize(
    "count", [10**30, -1, 0, 0.5, float("nan"), float("inf"), "many", True, [], {}, None, "9" * 5000]
)
def test_a_count_that_cannot_be_one_is_not_known(count: object) -> None:
    assert llm._completion(sent("a", count, 3)).prompt_tokens is None
    assert llm._completion(sent("a", 3, 3)).prompt_tokens == 3
    assert llm._completion(sent("a", 3, count)).completion_tokens in ({None, 0} if count == 0 else {None})


@pytest.mark.parametrize("finish", ["\udfff", "y" * 1_000_000, 5, None, ["stop"]])
def test_every_word_for_an_end_is_short_and_can_be_kept(finish: object) -> None:
    found = llm._completion(sent("a", finish=finish)).finish
    assert len(found.encode()) <= 3 * llm.MAX_FINISH


@pytest.mark.parametrize("choices", [[], None, {}, "abc", [None], ["a"], [SimpleNamespace(message=None)]])
def test_an_answer_without_a_message_may_come_again(choices: object) -> None:
    with pytest.raises(RetryableError) as raised:
        llm._completion(SimpleNamespace(choices=choices))
    assert raised.value.billed


def sent(text: object, prompt: object = 1, completion: object = 1, finish: object = "stop") -> object:
    """Return a response with the fields that are read."""
    choice = SimpleNamespace(message=SimpleNamespace(content=text), finish_reason=finish)
    usage = SimpleNamespace(prompt_tokens=prompt, completion_tokens=completion)
    return SimpleNamespace(choices=[choice], usage=usage)


def test_tokens_are_guessed_and_wide_scripts_count_more() -> None:
    assert estimate_tokens("a" * 400) == 101
    assert estimate_tokens("技" * 100) == 101
    assert estimate_tokens("") == 1


def test_a_price_is_per_token() -> None:
    assert Price(prompt=2e-6, completion=1e-5).of(1000, 100) == pytest.approx(0.003)


@pytest.mark.parametrize(
    ("model", "variable"),
    [
        ("gpt-4o", "OPENAI_API_KEY"),
        ("anthropic/x", "ANTHROPIC_API_KEY"),
        ("together-ai/x", "TOGETHER_AI_API_KEY"),
    ],
)
def test_the_variable_for_a_key_follows_the_provider(model: str, variable: str) -> None:
    assert key_variable(model) == variable


def test_importing_the_door_does_not_open_it() -> None:
    code = (
        "import sys, skillaudit.probe.session as s\nprint('litellm' in sys.modules, 'torch' in sys.modules)"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.split() == ["False", "False"]


@pytest.mark.slow
def test_the_door_takes_no_variables_from_a_file_of_the_working_folder(tmp_path: Path) -> None:
    """A stranger's `.env` would say which server the key goes to."""
    (tmp_path / ".env").write_text("OPENAI_API_BASE=http://127.0.0.1:9/planted\n", encoding="utf-8")
    code = "import os; from skillaudit import llm; llm.price('gpt-4o-mini'); print(os.environ.get('OPENAI_API_BASE'))"
    quiet = {name: value for name, value in os.environ.items() if name != "OPENAI_API_BASE"}
    run = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, env=quiet, capture_output=True, text=True, check=True
    )
    assert run.stdout.strip() == "None"


@pytest.mark.slow
def test_neither_import_nor_prices_nor_checks_open_a_connection() -> None:
    code = """
import os, sys
for name in list(os.environ):
    if name.endswith("_API_KEY"):
        del os.environ[name]
seen = []
# urllib3 binds a socket of its own to ::1 to learn whether there is IPv6; that reaches nobody.
sys.addaudithook(lambda event, args: seen.append(event) if event in {
    "socket.connect", "socket.getaddrinfo", "socket.gethostbyname", "socket.sendto"} else None)
from skillaudit import llm
print(llm.price("gpt-4o-mini"), llm.price("openai/gpt-4o-mini") == llm.price("gpt-4o-mini"), llm.price("nobody/x"))
for name in ("openai/gpt-4o-mini", "nosuch"):
    try:
        llm.LiveModel(name).check()
    except llm.ModelError as error:
        print(type(error).__name__, error)
print(seen)
"""
    run = subprocess.run(
        [sys.executable, "-W", "error::UserWarning", "-c", code], capture_output=True, text=True, check=True
    )
    lines = run.stdout.splitlines()
    assert lines[0] == "Price(prompt=1.5e-07, completion=6e-07) True None"
    assert lines[1].startswith("AuthError") and "OPENAI_API_KEY" in lines[1]
    assert lines[2].startswith("UnknownModelError") and "--model" in lines[2]
    assert lines[3] == "[]"
    assert run.stderr == ""


def test_a_refusal_by_a_filter_is_an_answer() -> None:
    found = llm._as_refusal(made("ContentPolicyViolationError", "no"))
    assert found is not None and found.finish == "content_filter"
    assert llm._as_refusal(made("RateLimitError", "no")) is None
