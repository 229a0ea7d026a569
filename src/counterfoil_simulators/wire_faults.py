"""What happens to an answer on its way to the caller: late, in part, or not at all."""

from collections.abc import Iterable

from counterfoil_simulators.data.dice import Dice
from counterfoil_simulators.faults import Fault
from counterfoil_simulators.wire import Ending, WireResponse


def pause(latency_ms: float, faults: Iterable[Fault], dice: Dice) -> float:
    """Seconds to wait before an answer: the usual latency and what was ordered on top."""
    ordered = sum(fault.ms + fault.jitter_ms * dice.unit() for fault in faults)
    return (latency_ms + ordered) / 1000


def spoil(response: WireResponse, fault: Fault) -> WireResponse:
    """The answer is made; a wire fault lets it out in part, or not at all."""
    if fault.kind == "truncated":
        response.body = response.body[: len(response.body) // 2]
    elif fault.kind == "timeout":
        response.ending, response.hang_seconds = Ending.HANGING, fault.seconds
    else:
        response.ending = Ending.CUT_IN_BODY if fault.at == "body" else Ending.CUT_AT_ONCE
    return response
