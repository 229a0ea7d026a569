"""One connection of a client: uvicorn's, with a time for every step and a bound for what is sent ahead."""

import asyncio
import re
import socket
from enum import Enum
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

from counterfoil.server.connections import Connections
from counterfoil.server.exchange import IS_CLOSING
from counterfoil.server.limits import ServerLimits
from counterfoil.server.turned_away import TurnedAway


class Step(Enum):
    """What the client is to send next."""

    HEAD = "headers too slow"
    BODY = "body too slow"
    NOTHING = ""


_SLOW = b"HTTP/1.1 408 Request Timeout\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"
_LONG = b"HTTP/1.1 431 Request Header Fields Too Large\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"


_UPGRADE = re.compile(rb"\r\nupgrade:[^\r\n]*", re.IGNORECASE)


class ClientConnection(HttpToolsProtocol):
    """What asyncio and the parser call is extended here; how a request is answered stays uvicorn's."""

    limits: ServerLimits
    all_connections: Connections
    turned_away: TurnedAway

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self._step, self._message, self._timed = Step.HEAD, 0, (Step.NOTHING, 0)
        self._head_bytes = 0
        self._deadline: asyncio.TimerHandle | None = None
        self._stall: asyncio.TimerHandle | None = None
        self._taking: asyncio.TimerHandle | None = None

    @property
    def is_waiting(self) -> bool:
        """Whether it is the client's turn, so that closing the connection breaks no work off."""
        if self._stall is not None or self._step is not Step.NOTHING:
            return True
        return self._is_answered

    @property
    def _is_answered(self) -> bool:
        cycle: RequestResponseCycle | None = self.cycle
        return cycle is None or cycle.response_complete

    def end(self, reason: str) -> None:
        """Close the connection at once, without waiting for the client."""
        self.turned_away.count(reason)
        self.transport.abort()

    # what asyncio calls

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Take the connection, or end it (or an older one) where there are too many."""
        super().connection_made(transport)
        if (made := transport.get_extra_info("socket")) is not None:
            made.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, self.limits.send_buffer)
        self._time_step()
        self.all_connections.add(self, self.client[0] if self.client else "")

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget it."""
        self.all_connections.remove(self)
        for timer in (self._deadline, self._stall, self._taking):
            if timer is not None:
                timer.cancel()
        self._deadline = self._stall = self._taking = None
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Parse, then see what is still to come."""
        step, before = self._step, self._message
        super().data_received(data if step is Step.BODY else _without_upgrade(data))
        if self.transport.is_closing():
            return
        if self._step is Step.NOTHING and self._message == before and self.cycle.response_complete:
            self._step = Step.HEAD  # blank lines before a request: its time runs from the first of them
        if self._step is step is Step.HEAD and self._message == before:
            self._head_bytes += len(data)
            if self._head_bytes > self.limits.head_bytes:
                self.turned_away.count("headers too long")
                self._answer_and_close(_LONG)
                return
        self._time_step()

    def pause_writing(self) -> None:
        """Give the client a time to take what waits for it."""
        super().pause_writing()
        if self._stall is None:
            self._time_taking()
        if self._taking is None:
            self._taking = self.loop.call_later(self.limits.answer_seconds, self.end, "answer taken too slowly")

    def resume_writing(self) -> None:
        """Go on: the client has taken it."""
        if self._stall is not None:
            self._stall.cancel()
            self._stall = None
        super().resume_writing()

    # what the parser calls

    def on_message_begin(self) -> None:
        """Begin to count a request's headers."""
        super().on_message_begin()
        self.scope[IS_CLOSING] = self.transport.is_closing  # type: ignore[literal-required]
        self._step, self._head_bytes = Step.HEAD, 0
        self._message += 1
        if self._taking is not None and self.cycle.response_complete:
            self._taking.cancel()
            self._taking = None

    def on_headers_complete(self) -> None:
        """Begin to wait for the body."""
        super().on_headers_complete()
        self._step = Step.BODY
        if len(self.pipeline) > self.limits.pipelined:
            self.end("too many requests ahead")

    def on_message_complete(self) -> None:
        """Note that the request is here."""
        # Answered before its body was here, as one that is too large: the time until the next one begins to run.
        self._step = Step.HEAD if self.cycle.response_complete else Step.NOTHING
        super().on_message_complete()

    def send_400_response(self, msg: str) -> None:
        """Answer what is no HTTP."""
        self.turned_away.count("not HTTP")
        super().send_400_response(msg)

    def _time_taking(self) -> None:
        left = self.transport.get_write_buffer_size()
        self._stall = self.loop.call_later(self.limits.stall_seconds, self._check_taking, left)

    def _check_taking(self, before: int) -> None:
        if before - self.transport.get_write_buffer_size() < self.limits.stall_bytes:
            self.end("answer not taken")
        else:
            self._time_taking()

    def _time_step(self) -> None:
        """Start the time of a step; it does not start again by every byte."""
        timed = (self._step, self._message)
        if timed == self._timed:
            return
        self._timed = timed
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None
        if self._step is not Step.NOTHING:
            is_head = self._step is Step.HEAD
            seconds = self.limits.head_seconds if is_head else self.limits.body_seconds
            self._deadline = self.loop.call_later(seconds, self._expire)

    def _expire(self) -> None:
        self._deadline = None
        if self._step is Step.HEAD and not self._is_answered:  # sent ahead: its time begins after this answer
            self._timed = (Step.NOTHING, 0)
            self._time_step()
            return
        self.turned_away.count(self._step.value)
        nothing_sent = self._message and (self._step is Step.HEAD or not self.cycle.response_started)
        if nothing_sent:
            self._answer_and_close(_SLOW)
        else:
            self.transport.abort()

    def _answer_and_close(self, answer: bytes) -> None:
        self.transport.write(answer)
        self.transport.close()


def _without_upgrade(data: bytes) -> bytes:
    """Leave out the offer to speak another protocol, as Java makes by itself: the parser would drop the body."""
    head, end, rest = data.partition(b"\r\n\r\n")
    return _UPGRADE.sub(b"", head) + end + rest if b"pgrade:" in head else data
