"""Idempotency-Key: the same key gets the first success again (contract section 5)."""

import threading
from collections.abc import Callable
from copy import copy
from dataclasses import dataclass

from counterfoil_simulators.clock import Clock
from counterfoil_simulators.robaws.errors import RobawsApiError, bad_request
from counterfoil_simulators.robaws.switches import RobawsSwitches
from counterfoil_simulators.switchboard import SwitchBoard
from counterfoil_simulators.wire import WireRequest, WireResponse

METHODS = frozenset({"POST", "PUT", "PATCH"})
MAX_KEY = 128


@dataclass(frozen=True, slots=True)
class _Kept:
    body: bytes
    response: WireResponse
    at: float


class Idempotency:
    """Per user and key: the response of a success, or the mark that a request is under way."""

    def __init__(self, clock: Clock, switches: SwitchBoard[RobawsSwitches]) -> None:
        self._clock = clock
        self._switches = switches
        self._changed = threading.Condition()
        self._kept: dict[tuple[str, str], _Kept] = {}
        self._under_way: set[tuple[str, str]] = set()

    def run(self, request: WireRequest, user: str, work: Callable[[], WireResponse]) -> WireResponse:
        """Do the work once per key. Errors are not kept; other methods ignore the header."""
        key = request.header("idempotency-key")
        if not key or request.method not in METHODS:
            return work()
        if len(key) > MAX_KEY and self._switches.now.idempotency_long_key == "400":
            raise bad_request(f"Idempotency-Key is longer than {MAX_KEY} characters")
        owner = (user, key)
        self._enter(owner)
        try:
            kept = self._find(owner)
            if kept is not None:
                return self._again(kept, request)
            response = work()
            if response.status < 300:
                self._kept[owner] = _Kept(request.body, copy(response), self._clock.now())
            return response
        finally:
            with self._changed:
                self._under_way.discard(owner)
                self._changed.notify_all()

    def _enter(self, owner: tuple[str, str]) -> None:
        with self._changed:
            while owner in self._under_way:
                if self._switches.now.idempotency_in_flight == "409":
                    raise RobawsApiError(409, "A request with this Idempotency-Key is in progress")
                self._changed.wait(1.0)
            self._under_way.add(owner)

    def _find(self, owner: tuple[str, str]) -> _Kept | None:
        kept = self._kept.get(owner)
        if kept is not None and self._clock.now() - kept.at >= self._switches.now.idempotency_ttl_seconds:
            del self._kept[owner]
            return None
        return kept

    def _again(self, kept: _Kept, request: WireRequest) -> WireResponse:
        policy = self._switches.now.idempotency_other_body
        if policy != "replay" and kept.body != request.body:
            raise RobawsApiError(int(policy), "Idempotency-Key was used with another body")
        return copy(kept.response)
