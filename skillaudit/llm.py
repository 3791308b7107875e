"""The one door to live models: completions through litellm, prices, and errors in our own words.

litellm is imported at the first call, inside a function, with its local price map, so that neither the import
nor a price look-up opens a connection.
"""

from __future__ import annotations

import os
import re
import time
import warnings
from collections.abc import Callable, Mapping, Sequence
from email.utils import parsedate_to_datetime
from functools import cache
from typing import Any

from skillaudit import extras
from skillaudit.errors import ModelError
from skillaudit.safety.cleaning import clean, one_line
from skillaudit.safety.secrets import LONG_PIECE, mask, remember, without_userinfo
from skillaudit.schema import Record

Messages = Sequence[Mapping[str, str]]

TIMEOUT = 60.0
MAX_TOKENS = 512
"""Room for an answer of one id from models that think aloud first."""
MAX_ANSWER = 65_536
"""Characters of an answer that are kept: more than any `max_tokens` that is asked for can say."""
MAX_FINISH = 40
MAX_TOKENS_SAID = 10_000_000
"""A count above it is no count: no window is as large."""
MAX_WAIT = 600.0
"""Seconds that a provider's headers can hold a call, whatever they say."""
_ATTEMPTS = 5
_READ = 10_000
"""Characters of a provider's own message that are looked at."""
_SHOWN = 200
"""Characters of a provider's own message that are passed on."""
_MASKED = 1_000
"""Characters of it in which keys are looked for, well beyond where it is cut."""


class RetryableError(ModelError):
    """A call failed for a reason that may pass."""

    def __init__(self, message: str, *, retry_after: float | None = None, billed: bool = False) -> None:
        """Keep the seconds that the provider asks to wait, and whether the call may cost all the same."""
        super().__init__(message)
        self.retry_after = retry_after
        self.billed = billed


class AuthError(ModelError):
    """No key, a wrong key, or a key that may not use the model or has nothing left to spend."""


class UnknownModelError(ModelError):
    """No provider, or no model of that name at the provider."""


class UnreachableError(RetryableError):
    """No connection to the provider came about."""


class RejectedError(ModelError):
    """The provider will never take this question, such as one that is too long for the model."""


class Completion(Record):
    """One answer of a model."""

    text: str
    finish: str = ""
    """The provider's word for why it ended, such as `stop`, `length` or `content_filter`."""
    prompt_tokens: int | None = None
    completion_tokens: int | None = None
    pause: float = 0.0
    """Seconds until the provider takes calls again, where its headers say that none are left."""


class Price(Record):
    """Dollars per token."""

    prompt: float
    completion: float

    def of(self, prompt_tokens: float, completion_tokens: float) -> float:
        """Return what a call of this length costs, in dollars."""
        return prompt_tokens * self.prompt + completion_tokens * self.completion


@cache
def _litellm() -> Any:
    # Without this the import fetches the price map from the network.
    os.environ["LITELLM_LOCAL_MODEL_COST_MAP"] = "True"
    os.environ.setdefault("LITELLM_LOCAL_ANTHROPIC_BETA_HEADERS", "True")
    os.environ.setdefault("LITELLM_LOG", "CRITICAL")
    # Else it takes variables from a `.env` above itself or in the working folder, which may be a stranger's library,
    # and with them the server that the key goes to.
    os.environ["LITELLM_MODE"] = "PRODUCTION"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import litellm
    litellm.telemetry = False
    litellm.suppress_debug_info = True
    litellm.drop_params = True  # some models refuse a temperature
    litellm.num_retries = None
    return litellm


def price(model: str) -> Price | None:
    """Return the price of a model from litellm's local map; None for one that it does not list."""
    litellm = _litellm()
    names = [model]
    try:
        bare, provider, *_ = litellm.get_llm_provider(model)
        names += [bare, f"{provider}/{bare}"]
    except Exception:  # litellm raises many kinds for a name that it cannot place; `check` words them
        return None
    for name in names:
        found = litellm.model_cost.get(name)
        if found and "input_cost_per_token" in found:
            return Price(
                prompt=float(found["input_cost_per_token"] or 0.0),
                completion=float(found.get("output_cost_per_token") or 0.0),
            )
    return None


def estimate_tokens(text: str) -> int:
    """Guess a text's length in tokens: four characters each, one for characters beyond ASCII."""
    if text.isascii():
        return len(text) // 4 + 1
    wide = sum(not character.isascii() for character in text)
    return (len(text) - wide) // 4 + wide + 1


class LiveModel:
    """A live model behind litellm."""

    def __init__(
        self,
        name: str,
        *,
        api_base: str | None = None,
        timeout: float = TIMEOUT,
        max_tokens: int = MAX_TOKENS,
        temperature: float | None = 0.0,
    ) -> None:
        """Take litellm's name of the model, such as `openai/gpt-4o-mini`; nothing is loaded yet.

        Raises MissingError where litellm is not installed.
        """
        extras.require("live", "A live model")
        self.name = name
        self._timeout = timeout
        self._options: dict[str, Any] = {"max_tokens": max_tokens}
        if temperature is not None:
            self._options["temperature"] = temperature
        self._api_base = api_base
        if api_base is not None:
            remember(api_base)

    def __setstate__(self, state: dict[str, Any]) -> None:
        """Arrive in another process, where the address is a secret too."""
        self.__dict__.update(state)
        if self._api_base is not None:
            remember(self._api_base)

    @property
    def parameters(self) -> dict[str, Any]:
        """What decides an answer beside the name and the prompt."""
        return dict(self._options) | (
            {"api_base": without_userinfo(self._api_base)} if self._api_base else {}
        )

    @property
    def max_tokens(self) -> int:
        """Most tokens that one answer can have."""
        return int(self._options["max_tokens"])

    def check(self) -> None:
        """Raise `UnknownModelError` or `AuthError` for what is wrong before the first call is paid."""
        litellm = _litellm()
        # litellm builds some of its types at the first call, and pydantic has something to say about them.
        # So it has of every answer whose fields are of an odd type.
        warnings.filterwarnings("ignore", category=UserWarning, module=r"pydantic\..*")
        # An interrupt can come between the making and the awaiting of a coroutine of its clients.
        warnings.filterwarnings(
            "ignore", category=RuntimeWarning, message=r"coroutine '\w*(Completion|OpenAI|HTTP)"
        )
        try:
            litellm.get_llm_provider(self.name)
        except Exception as error:
            raise UnknownModelError(
                f"no provider is known for the model {self.name!r}; write --model PROVIDER/MODEL, such as "
                "openai/gpt-4o-mini, or local/hybrid to try without one"
            ) from error
        if self._api_base is not None:
            return
        missing = litellm.validate_environment(self.name).get("missing_keys") or []
        if missing:
            raise AuthError(f"no key for {self.name}; set {' or '.join(missing)}")

    async def complete(self, messages: Messages) -> Completion:
        """Ask once; raises a `ModelError`, a `RetryableError` where another try may help."""
        litellm = _litellm()
        try:
            response = await litellm.acompletion(**self._arguments(messages))
        except Exception as error:
            answer = _as_refusal(error)
            if answer is not None:
                return answer
            raise translate(error, self.name) from error
        return _completion(response)

    async def aclose(self) -> None:
        """Close litellm's connections that belong to the running event loop."""
        close = getattr(_litellm(), "close_litellm_async_clients", None)
        if close is not None:
            await close()

    def complete_sync(self, messages: Messages) -> Completion:
        """Ask, and try again a few times where that may help; for callers without an event loop."""
        litellm = _litellm()
        for attempt in range(_ATTEMPTS):
            try:
                return _completion(litellm.completion(**self._arguments(messages)))
            except Exception as error:
                answer = _as_refusal(error)
                if answer is not None:
                    return answer
                failure = translate(error, self.name)
                if not isinstance(failure, RetryableError) or attempt + 1 == _ATTEMPTS:
                    raise failure from error
                time.sleep(
                    failure.retry_after if failure.retry_after is not None else min(30.0, 2.0**attempt)
                )
        raise AssertionError("unreachable")

    def _arguments(self, messages: Messages) -> dict[str, Any]:
        found: dict[str, Any] = {
            "model": self.name,
            "messages": [dict(message) for message in messages],
            "timeout": self._timeout,
            # Hidden retries would be paid twice and counted once.
            "max_retries": 0,
            **self._options,
        }
        if self._api_base is not None:
            found["api_base"] = self._api_base
            if not os.environ.get("OPENAI_API_KEY") and self.name.startswith("openai/"):
                found["api_key"] = "unused"  # servers on one's own machine ask for none, the client does
        return found


def completer(model: str, *, api_base: str | None = None, temperature: float = 0.5) -> Callable[[str], str]:
    """Return a function that sends one prompt to a model and returns the text of its answer.

    Raises `ModelError` at once for an unknown model or a missing key, and later for calls that fail.
    """
    live = LiveModel(model, api_base=api_base, temperature=temperature, max_tokens=2048)
    live.check()
    return lambda prompt: live.complete_sync([{"role": "user", "content": prompt}]).text


def _completion(response: Any) -> Completion:
    """Make a record that can be kept and printed out of whatever a provider sends.

    Raises `RetryableError` where there is no message in it.
    """
    try:
        choice, usage = response.choices[0], getattr(response, "usage", None)
        text = choice.message.content or ""
    except (AttributeError, IndexError, KeyError, TypeError) as error:
        raise RetryableError("the provider's answer holds no message", billed=True) from error
    hidden = getattr(response, "_hidden_params", None) or {}
    return Completion(
        text=mask(clean(_sound(text, MAX_ANSWER)), LONG_PIECE),
        finish=one_line(_sound(getattr(choice, "finish_reason", "") or "", MAX_FINISH)),
        # No prompt is empty: a zero is a provider that does not count.
        prompt_tokens=_count(getattr(usage, "prompt_tokens", None), 1),
        completion_tokens=_count(getattr(usage, "completion_tokens", None), 0),
        pause=pause_of(hidden.get("additional_headers") or {}),
    )


def _sound(text: object, longest: int) -> str:
    """A text without half characters, which no file takes, at most `longest` characters long."""
    return str(text)[:longest].encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _count(value: object, least: int) -> int | None:
    """A number of tokens; None for what cannot be one."""
    if not isinstance(value, int) or isinstance(value, bool):
        return None
    return value if least <= value <= MAX_TOKENS_SAID else None


def _as_refusal(error: Exception) -> Completion | None:
    """A filter's refusal is an answer, not a failure."""
    return Completion(text="", finish="content_filter") if "ContentPolicy" in _kinds(error) else None


def _kinds(error: Exception) -> str:
    return " ".join(kind.__name__ for kind in type(error).__mro__)


def translate(error: Exception, model: str) -> ModelError:
    """Say what a failed call means: one sentence that names the variable or flag to change, and no key."""
    if isinstance(error, ModelError):
        return error
    kinds, status = _kinds(error), getattr(error, "status_code", None)
    detail = _detail(error)
    folded = detail.casefold()
    headers = getattr(error, "litellm_response_headers", None) or {}
    if "insufficient_quota" in folded or "exceeded your current quota" in folded or status == 402:
        return AuthError(f"the account for {model} has nothing left to spend; top it up or change its key")
    if (
        "AuthenticationError" in kinds
        or "PermissionDenied" in kinds
        or "missing credentials" in folded
        or ("missing" in folded and "api key" in folded)
    ):
        return AuthError(f"{model} refuses the key; set {key_variable(model)} to a valid one ({detail})")
    if "ContextWindow" in kinds or "maximum context length" in folded:
        return RejectedError(
            f"a prompt is too long for {model} ({detail}); offer fewer skills or name another model with --model"
        )
    if "NotFoundError" in kinds or "LLM Provider NOT provided" in detail:
        return UnknownModelError(f"{model} is not known to its provider ({detail}); correct --model")
    if "RateLimit" in kinds:
        return RetryableError(f"{model} is over its rate limit ({detail})", retry_after=retry_after(headers))
    if "Timeout" in kinds:
        return RetryableError(f"{model} did not answer in time; raise --timeout", billed=True)
    if "connection error" in folded or "cannot connect" in folded or "connect call failed" in folded:
        return UnreachableError(
            f"no connection to the provider of {model}; check the network, the proxy and --api-base"
        )
    if "BadRequest" in kinds or "Unprocessable" in kinds or "UnsupportedParams" in kinds:
        return RejectedError(f"{model} does not take the question ({detail}); check --model and --api-base")
    return RetryableError(
        f"{model} failed ({detail or type(error).__name__})", retry_after=retry_after(headers), billed=True
    )


def _detail(error: Exception) -> str:
    """The provider's own words on one line, without prefixes, keys or control characters."""
    text = " ".join(str(error)[:_READ].split("Traceback")[0].split())
    text = re.sub(r"^(?:litellm\.)?(?:\w+(?:Error|Exception|Timeout)\b[ :\-]*)+", "", text)
    text = mask(one_line(text)[:_MASKED])
    return text[:_SHOWN].rstrip(" .")


def key_variable(model: str) -> str:
    """Return the environment variable that holds the key for a model, as far as its name tells."""
    provider = model.split("/")[0] if "/" in model else "openai"
    return re.sub(r"\W", "_", provider).upper() + "_API_KEY"


def retry_after(headers: Mapping[str, str], now: Callable[[], float] = time.time) -> float | None:
    """Return the seconds that a response asks to wait: `retry-after-ms`, or `retry-after` as number or date.

    At most `MAX_WAIT`; None where nothing, or nothing that can be read, is asked for.
    """
    try:
        if (milliseconds := headers.get("retry-after-ms")) is not None:
            return _bounded(float(milliseconds) / 1000)
        if (value := headers.get("retry-after")) is None:
            return None
        try:
            return _bounded(float(value))
        except ValueError:
            return _bounded(parsedate_to_datetime(value).timestamp() - now())
    except (TypeError, ValueError, OverflowError):
        return None


def _bounded(seconds: float) -> float:
    return min(MAX_WAIT, max(0.0, seconds))  # a wait that is no number is none


_SPAN = re.compile(r"(?<!\d)(\d++(?:\.\d++)?)(ms|s|m|h|d)")
_SECONDS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}


def pause_of(headers: Mapping[str, str]) -> float:
    """Return the seconds until new calls are taken, by `x-ratelimit-*`, at most `MAX_WAIT`; 0 while any are left."""
    wait = 0.0
    for what in ("requests", "tokens"):
        left, reset = (
            headers.get(f"x-ratelimit-{part}-{what}", headers.get(f"llm_provider-x-ratelimit-{part}-{what}"))
            for part in ("remaining", "reset")
        )
        if left is not None and str(left).strip() == "0" and reset:
            spans = _SPAN.findall(str(reset))
            wait = max(wait, sum(float(number) * _SECONDS[unit] for number, unit in spans))
    return _bounded(wait)
