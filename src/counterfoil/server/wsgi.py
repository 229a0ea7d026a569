"""A whole request for a WSGI application, and its answer (PEP 3333)."""

import io
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Protocol
from urllib.parse import unquote_to_bytes
from wsgiref.types import WSGIApplication

type Environ = dict[str, Any]
type Headers = list[tuple[str, str]]

_NAMES = {b"content-type": "CONTENT_TYPE"}
_OUR_OWN = frozenset({b"content-length", b"transfer-encoding", b"connection", b"expect"})


class UnreadBody(io.RawIOBase):
    """A body that the server has not read: reading it fails, and is noted."""

    was_wanted = False

    def readable(self) -> bool:
        """Tell what wraps it that it may try."""
        return True

    def readinto(self, _: Any) -> int:
        """Fail. Django makes of it an UnreadablePostError."""
        self.was_wanted = True
        raise ConnectionError("the body was not read")

    def read(self, _: int | None = -1) -> bytes:
        """Fail in the same way."""
        return bytes(self.readinto(None))


def environ(scope: dict[str, Any], body: bytes | UnreadBody, length: int) -> Environ:
    """Build the environment of a request whose body is here.

    A header with an underscore in its name is left out, because it would pass for the one with a dash, such as
    those that a proxy vouches for.
    """
    made: Environ = {
        "REQUEST_METHOD": scope["method"],
        "SCRIPT_NAME": "",
        "PATH_INFO": unquote_to_bytes(scope["raw_path"]).decode("latin-1"),
        "QUERY_STRING": scope["query_string"].decode("latin-1"),
        "CONTENT_LENGTH": str(length),
        "SERVER_NAME": scope["server"][0],
        "SERVER_PORT": str(scope["server"][1]),
        "SERVER_PROTOCOL": f"HTTP/{scope['http_version']}",
        "REMOTE_ADDR": scope["client"][0] if scope["client"] else "",
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": scope["scheme"],
        "wsgi.input": body if isinstance(body, UnreadBody) else io.BytesIO(body),
        "wsgi.input_terminated": True,
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
    }
    for name, value in scope["headers"]:
        if name in _OUR_OWN or b"_" in name:
            continue
        key = _NAMES.get(name) or "HTTP_" + name.decode("latin-1").upper().replace("-", "_")
        text = value.decode("latin-1")
        if key in made:
            text = f"{made[key]}{'; ' if key == 'HTTP_COOKIE' else ','}{text}"
        made[key] = text
    return made


class _Closable(Protocol):
    def close(self) -> None: ...


@dataclass(slots=True)
class Answer:
    """`body` is all of it, or its beginning where `rest` yields more."""

    status: int = 500
    headers: Headers = field(default_factory=list)
    body: bytes = b""
    rest: Iterator[bytes] | None = None

    def start(
        self,
        status: str,
        headers: Headers,
        exc_info: tuple[type[BaseException], BaseException, TracebackType] | tuple[None, None, None] | None = None,
        /,
    ) -> Callable[[bytes], object]:
        """Take status and headers, as `start_response` of PEP 3333."""
        self.status, self.headers = int(status[:3]), headers
        return self._write

    def _write(self, _: bytes) -> None:
        raise NotImplementedError("write() of PEP 3333 is not supported")


def call(application: WSGIApplication, made: Environ, whole: int, send_rest: Callable[[Answer], None]) -> Answer:
    """Call the application and return its answer. A body of more than `whole` bytes goes to `send_rest` first."""
    answer = Answer()
    parts: Iterable[bytes] = application(made, answer.start)
    try:
        if made["REQUEST_METHOD"] != "HEAD":
            _take(answer, parts, whole, send_rest)
    finally:
        if hasattr(parts, "close"):
            parts.close()
    return answer


def _take(answer: Answer, parts: Iterable[bytes], whole: int, send_rest: Callable[[Answer], None]) -> None:
    taken: list[bytes] = []
    size = 0
    rest = iter(parts)
    for part in rest:
        taken.append(part)
        size += len(part)
        if size > whole:
            answer.body, answer.rest = b"".join(taken), rest
            send_rest(answer)
            return
    answer.body = b"".join(taken)
