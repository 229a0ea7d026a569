"""Faults of the connection: an answer that is late, cut short, missing, endless, or absurd in a header."""

import zlib
from collections.abc import Iterable
from typing import get_args

from counterfoil_simulators.data.dice import Dice
from counterfoil_simulators.faults import Fault, WireKind
from counterfoil_simulators.wire import MEGABYTE, Ending, WireResponse

WIRE: tuple[str, ...] = get_args(WireKind.__value__)


def delay_seconds(latency_ms: float, faults: Iterable[Fault], dice: Dice) -> float:
    """Return the seconds to wait before an answer: the usual latency and what the faults add."""
    ordered = sum(fault.ms + fault.jitter_ms * dice.unit() for fault in faults)
    return (latency_ms + ordered) / 1000


def break_response(response: WireResponse, fault: Fault) -> WireResponse:
    """Make a finished response end early, late or never, or with another header."""
    match fault.kind:
        case "truncated":
            response.body = response.body[: len(response.body) // 2]
        case "timeout":
            response.ending, response.hang_seconds = Ending.HANGING, fault.seconds
        case "dripping":
            response.ending, response.hang_seconds = Ending.DRIPPING, fault.seconds
            response.head_at_once = fault.at == "body"
        case "huge_body":
            response.padding = fault.megabytes
        case "gzip_bomb":
            response.body = _compress(response.body, fault.megabytes)
            response.headers["content-encoding"] = "gzip"
        case "header":
            response.headers[fault.name.lower()] = fault.value
        case _:
            response.ending = Ending.CUT_IN_BODY if fault.at == "body" else Ending.CUT_AT_ONCE
    return response


def _compress(body: bytes, megabytes: int) -> bytes:
    packer = zlib.compressobj(wbits=31)
    parts = [packer.compress(body), *(packer.compress(b" " * MEGABYTE) for _ in range(megabytes)), packer.flush()]
    return b"".join(parts)
