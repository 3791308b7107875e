"""An OpenAI-compatible HTTP server on loopback that answers by a rule and fails by a script."""

from __future__ import annotations

import asyncio
import contextlib
import json
import threading
from collections.abc import Iterable, Iterator
from types import TracebackType
from typing import Any, Self

from tests.probe.rule import Rule

FAULTS = (
    "429", "429-retry-after", "500", "503", "hang", "truncated-json", "short-body", "slow-drip", "reset", "wrong-id",
    "prose", "empty", "null", "html",
)  # fmt: skip
"""Everything that can go wrong with one call; the last of them still hold an answer of some kind."""


class Server:
    """Runs in a thread of its own for the time of a `with` block.

    `faults` are used up in order, one a call; when they are used up, or where one is None, the rule answers. Bytes are
    the body of an answer, sent as they are.
    """

    def __init__(self, rule: Rule, faults: Iterable[str | bytes | None] = (), model: str = "known") -> None:
        self.rule, self.model = rule, model
        self._faults: Iterator[str | bytes | None] = iter(faults)
        self.received = 0
        self.answered: list[str] = []
        """Prompts that were answered by the rule, whether the client could read it or not."""
        self.keys: set[str] = set()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._open: set[asyncio.Task[None]] = set()
        self.port = 0
        self.expected = 0
        """Set to a number, to be told by `reached` when so many calls have come."""
        self.reached = threading.Event()

    @property
    def url(self) -> str:
        """Base of the API."""
        return f"http://127.0.0.1:{self.port}/v1"

    def __enter__(self) -> Self:
        self._thread.start()
        asyncio.run_coroutine_threadsafe(self._start(), self._loop).result()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        asyncio.run_coroutine_threadsafe(self._stop(), self._loop).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    async def _start(self) -> None:
        self._server = await asyncio.start_server(self._connected, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]

    async def _stop(self) -> None:
        self._server.close()
        for task in list(self._open):
            task.cancel()
        await asyncio.gather(*self._open, return_exceptions=True)
        # Closed transports tell their sockets in the next turn of the loop.
        await asyncio.sleep(0)

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.create_task(self._serve(reader, writer))
        self._open.add(task)
        task.add_done_callback(self._open.discard)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError), contextlib.closing(writer):
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
                headers = {
                    name.strip().lower(): value.strip()
                    for name, _, value in (line.partition(":") for line in head.split("\r\n")[1:])
                }
                body = json.loads(await reader.readexactly(int(headers["content-length"])))
                self.received += 1
                if self.received == self.expected:
                    self.reached.set()
                self.keys.add(headers.get("authorization", ""))
                if not await self._reply(writer, body, next(self._faults, None)):
                    break

    async def _reply(
        self, writer: asyncio.StreamWriter, body: dict[str, Any], fault: str | bytes | None
    ) -> bool:
        """Answer one request; False closes the connection."""
        if body["model"] != self.model:
            message = {
                "error": {"message": f"The model `{body['model']}` does not exist", "code": "model_not_found"}
            }
            await _send(writer, 404, message)
            return True
        if isinstance(fault, bytes):
            writer.write(_head(200, len(fault)) + fault)
            await writer.drain()
            return True
        match fault:
            case "401":
                await _send(
                    writer, 401, {"error": {"message": "Incorrect API key provided: sk-abcdef123456"}}
                )
            case "429":
                await _send(writer, 429, {"error": {"message": "slow down"}})
            case "429-retry-after":
                await _send(writer, 429, {"error": {"message": "slow down"}}, "retry-after: 7\r\n")
            case "500" | "503":
                await _send(writer, int(fault), {"error": {"message": "boom"}})
            case "html":
                await _send(writer, 502, "<html>bad gateway</html>")
            case "hang":
                await asyncio.Event().wait()
            case "reset":
                writer.transport.abort()
                return False
            case _:
                return await self._answer(writer, body, fault)
        return True

    async def _answer(self, writer: asyncio.StreamWriter, body: dict[str, Any], fault: str | None) -> bool:
        text: str | None = self.rule.answer(body["messages"])
        if fault is None or fault in {"prose", "slow-drip"}:
            self.answered.append(json.dumps(body["messages"]))
        if fault == "wrong-id":
            text = "skill_9999"
        elif fault == "prose":
            text = f"After some thought, I would use **{text}** for this."
        elif fault == "empty":
            text = ""
        elif fault == "null":
            text = None
        whole = completion(text)
        if fault == "truncated-json":
            await _send(writer, 200, json.dumps(whole)[:90])
            return True
        payload = json.dumps(whole).encode()
        if fault in {"short-body", "slow-drip"}:
            writer.write(_head(200, len(payload)))
            writer.write(payload[:60])
            await writer.drain()
            if fault == "short-body":
                return False
            for byte in payload[60:]:
                writer.write(bytes([byte]))
                await writer.drain()
            return True
        await _send(writer, 200, whole)
        return True


def completion(
    text: Any, prompt_tokens: Any = 1000, completion_tokens: Any = 10, **choice: Any
) -> dict[str, Any]:
    """Return an answer as the API words it."""
    return {
        "id": "1",
        "object": "chat.completion",
        "created": 1,
        "model": "known",
        "choices": [
            {"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": text}, **choice}
        ],
        "usage": {
            "prompt_tokens": prompt_tokens,
            "completion_tokens": completion_tokens,
            "total_tokens": 1010,
        },
    }


def _head(status: int, length: int, extra: str = "") -> bytes:
    return f"HTTP/1.1 {status} X\r\ncontent-type: application/json\r\ncontent-length: {length}\r\n{extra}\r\n".encode()


async def _send(writer: asyncio.StreamWriter, status: int, body: Any, extra: str = "") -> None:
    payload = body.encode() if isinstance(body, str) else json.dumps(body).encode()
    writer.write(_head(status, len(payload), extra) + payload)
    await writer.drain()
