"""One request, and the sending of its answer: whole, or part by part as the client takes them."""

import asyncio
import tempfile
from collections.abc import Awaitable, Callable, Coroutine, Iterator
from itertools import chain
from typing import Any

from counterfoil.server.bodies import Body, ClientGone
from counterfoil.server.wsgi import Answer

type EncodedHeaders = list[tuple[bytes, bytes]]

IS_CLOSING = "counterfoil.is_closing"
"""The key of a function in the scope that tells whether the connection is closed, or about to be."""
_WITHOUT_BODY = frozenset({204, 304})
_PART = 256 * 1024


class Exchange:
    """`path` is that of the request; `has_begun` tells whether a part of the answer may be sent already."""

    def __init__(
        self,
        scope: dict[str, Any],
        receive: Callable[[], Awaitable[Any]],
        send: Callable[[Any], Awaitable[None]],
    ) -> None:
        self.scope, self._receive, self._send = scope, receive, send
        self.path: str = scope["path"]
        self._headers: dict[bytes, bytes] = dict(scope["headers"])
        self._was_read = self.has_begun = False
        self._gone: asyncio.Future[Any] | None = None

    def announced_length(self) -> int:
        """Return the Content-Length, which the parser has checked; 0 where the body comes in chunks."""
        return int(self._headers.get(b"content-length", b"0"))

    async def read(self, body: Body, most: int) -> bytes:
        """Read the body; a client that waits for it is told to go on. Raises as `Body.read`."""
        self._was_read = True
        return await body.read(self._receive, most)

    async def send_whole(self, answer: Answer) -> None:
        """Send an answer that is complete."""
        length = None if answer.status in _WITHOUT_BODY else len(answer.body)
        await self._begin(answer, length)
        await self._sent({"type": "http.response.body", "body": answer.body})

    def send_from_thread(self, loop: asyncio.AbstractEventLoop, answer: Answer) -> None:
        """Send an answer from the thread that makes it, and return when the client has it. Raises ClientGone.

        Each part waits until the client has taken most of the one before, so memory stays flat.
        """

        def run(step: Coroutine[Any, Any, None]) -> None:
            asyncio.run_coroutine_threadsafe(step, loop).result()

        parts, length = chain([answer.body], answer.rest or ()), None
        if self.scope["http_version"] == "1.0":  # such a client does not know how a body of unknown length ends
            parts, length = _spooled(parts)
        run(self._begin(answer, length))
        for part in parts:
            run(self._send_part(part))
        run(self._end())

    async def _begin(self, answer: Answer, length: int | None) -> None:
        headers: EncodedHeaders = [
            (name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in answer.headers
        ]
        if length is not None and all(name != b"content-length" for name, _ in headers):
            headers.append((b"content-length", str(length).encode()))
        if not self._was_read and b"expect" in self._headers:
            # It was not told to go on, so its next bytes may be the body or another request.
            headers.append((b"connection", b"close"))
        self.has_begun = True
        await self._sent({"type": "http.response.start", "status": answer.status, "headers": headers})

    async def _send_part(self, part: bytes) -> None:
        if self._gone is None:
            self._gone = asyncio.ensure_future(self._receive())
        await self._sent({"type": "http.response.body", "body": part, "more_body": True})
        if self._gone.done():
            raise ClientGone

    async def _end(self) -> None:
        await self._sent({"type": "http.response.body", "body": b""})

    async def _sent(self, message: dict[str, Any]) -> None:
        try:
            await self._send(message)
        except RuntimeError:
            if self.scope[IS_CLOSING]():
                raise ClientGone from None
            raise


def _spooled(parts: Iterator[bytes]) -> tuple["chain[bytes]", int]:
    file = tempfile.TemporaryFile()  # noqa: SIM115  it is closed by the last part
    for part in parts:
        file.write(part)
    length = file.tell()
    file.seek(0)

    def read() -> Iterator[bytes]:
        with file:
            while part := file.read(_PART):
                yield part

    return chain(read()), length
