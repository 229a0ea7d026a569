"""Faults of the connection: an answer that is late, cut short or missing."""

from collections.abc import Iterable

from counterfoil_simulators.data.dice import Dice
from counterfoil_simulators.faults import Fault
from counterfoil_simulators.wire import Ending, WireResponse


def delay_seconds(latency_ms: float, faults: Iterable[Fault], dice: Dice) -> float:
    """Return the seconds to wait before an answer: the usual latency and what the faults add."""
    ordered = sum(fault.ms + fault.jitter_ms * dice.unit() for fault in faults)
    return (latency_ms + ordered) / 1000


def break_response(response: WireResponse, fault: Fault) -> WireResponse:
    """Make a finished response end early, or never be sent."""
    if fault.kind == "truncated":
        response.body = response.body[: len(response.body) // 2]
    elif fault.kind == "timeout":
        response.ending, response.hang_seconds = Ending.HANGING, fault.seconds
    else:
        response.ending = Ending.CUT_IN_BODY if fault.at == "body" else Ending.CUT_AT_ONCE
    return response
