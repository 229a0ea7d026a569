"""The part of HTTP/1.1 that the server needs: read a request, render a response."""

from dataclasses import dataclass, field
from enum import Enum
from http import HTTPStatus
from typing import BinaryIO
from urllib.parse import parse_qsl, unquote, urlsplit

MAX_LINE = 65_536
MAX_HEADERS = 100
MAX_BODY = 20_000_000
MEGABYTE = 2**20


class MalformedError(Exception):
    """The input is not a request that can be answered."""


class Ending(Enum):
    """How a response is sent."""

    WHOLE = "whole"
    CUT_IN_BODY = "the connection drops in the middle of the body"
    CUT_AT_ONCE = "the connection drops before the first byte"
    HANGING = "nothing is ever sent"
    DRIPPING = "one byte after the other"


@dataclass(slots=True)
class WireRequest:
    """One request; header names are in lower case, repeated headers are kept apart."""

    method: str
    path: str
    query: dict[str, str]
    headers: list[tuple[str, str]]
    body: bytes
    peer: str = ""

    def header(self, name: str) -> str | None:
        """Return the first value of a header."""
        return next((value for key, value in self.headers if key == name), None)

    def header_values(self, name: str) -> list[str]:
        """Return all values of a header, one per line in which it was sent."""
        return [value for key, value in self.headers if key == name]

    @property
    def keep_alive(self) -> bool:
        """Whether the client wants to reuse the connection."""
        return (self.header("connection") or "").lower() != "close"


@dataclass(slots=True)
class WireResponse:
    """One response, and how it is sent."""

    status: int
    body: bytes = b""
    content_type: str = "application/json"
    headers: dict[str, str] = field(default_factory=dict)
    ending: Ending = Ending.WHOLE
    hang_seconds: float = 0.0
    """HANGING: for how long; DRIPPING: between two bytes."""
    head_at_once: bool = False
    """DRIPPING: only the body comes byte by byte."""
    padding: int = 0
    """Megabytes of spaces after the body."""

    def head(self) -> bytes:
        """Render status line and headers; names in lower case."""
        lines = [f"HTTP/1.1 {self.status} {HTTPStatus(self.status).phrase}"]
        lines += [f"{name}: {value}" for name, value in self.headers.items()]
        if self.body:
            lines.append(f"content-type: {self.content_type}")
        if self.status != HTTPStatus.NO_CONTENT:
            lines.append(f"content-length: {len(self.body) + self.padding * MEGABYTE}")
        return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")


def read_request(stream: BinaryIO, peer: str) -> WireRequest | None:
    """Read the next request on a connection; None when the client closed it. Raises MalformedError."""
    line = stream.readline(MAX_LINE)
    while line in (b"\r\n", b"\n"):
        line = stream.readline(MAX_LINE)
    if not line:
        return None
    try:
        method, target, version = line.decode("latin-1").split()
    except ValueError as error:
        raise MalformedError("request line") from error
    if not version.startswith("HTTP/1."):
        raise MalformedError("version")
    headers = _read_headers(stream)
    try:
        parts = urlsplit(target)
    except ValueError as error:
        raise MalformedError("target") from error
    query: dict[str, str] = {}
    for key, value in parse_qsl(parts.query, keep_blank_values=True):
        query.setdefault(key, value)
    request = WireRequest(method, unquote(parts.path), query, headers, b"", peer)
    request.body = _read_body(stream, request)
    return request


def _read_headers(stream: BinaryIO) -> list[tuple[str, str]]:
    headers: list[tuple[str, str]] = []
    while True:
        line = stream.readline(MAX_LINE)
        if line in (b"\r\n", b"\n"):
            return headers
        name, colon, value = line.decode("latin-1").partition(":")
        if not colon or len(headers) >= MAX_HEADERS:
            raise MalformedError("headers")
        headers.append((name.strip().lower(), value.strip()))


def _read_body(stream: BinaryIO, request: WireRequest) -> bytes:
    if "chunked" in (request.header("transfer-encoding") or "").lower():
        return _read_chunks(stream)
    length = request.header("content-length") or "0"
    if not length.isdigit() or int(length) > MAX_BODY:
        raise MalformedError("content-length")
    body = stream.read(int(length))
    if len(body) < int(length):
        raise MalformedError("body ended early")
    return body


def _read_chunks(stream: BinaryIO) -> bytes:
    body = bytearray()
    while True:
        size_line = stream.readline(MAX_LINE).split(b";")[0].strip()
        try:
            size = int(size_line, 16)
        except ValueError as error:
            raise MalformedError("chunk") from error
        if size == 0:
            while stream.readline(MAX_LINE) not in (b"\r\n", b"\n", b""):
                pass
            return bytes(body)
        if size < 0 or len(body) + size > MAX_BODY:
            raise MalformedError("body too long")
        body += stream.read(size)
        stream.readline(MAX_LINE)
