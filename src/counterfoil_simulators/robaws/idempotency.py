"""Idempotency-Key: a repeated key gets the first successful answer again (contract section 5)."""

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
class _StoredResponse:
    body: bytes
    response: WireResponse
    at: float


class Idempotency:
    """Stores the successful response per user and key, and which keys are in progress."""

    def __init__(self, clock: Clock, switches: SwitchBoard[RobawsSwitches]) -> None:
        self._clock = clock
        self._switches = switches
        self._changed = threading.Condition()
        self._stored: dict[tuple[str, str], _StoredResponse] = {}
        self._under_way: set[tuple[str, str]] = set()

    def run(self, request: WireRequest, user: str, work: Callable[[], WireResponse]) -> WireResponse:
        """Call `work` once per key. Errors are not stored; other methods ignore the header."""
        key = request.header("idempotency-key")
        if not key or request.method not in METHODS:
            return work()
        if len(key) > MAX_KEY and self._switches.now.idempotency_long_key == "400":
            raise bad_request(f"Idempotency-Key is longer than {MAX_KEY} characters")
        owner = (user, key)
        self._enter(owner)
        try:
            stored = self._find(owner)
            if stored is not None:
                return self._replay(stored, request)
            response = work()
            if response.status < 300:
                self._stored[owner] = _StoredResponse(request.body, copy(response), self._clock.now())
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

    def _find(self, owner: tuple[str, str]) -> _StoredResponse | None:
        stored = self._stored.get(owner)
        if stored is not None and self._clock.now() - stored.at >= self._switches.now.idempotency_ttl_seconds:
            del self._stored[owner]
            return None
        return stored

    def _replay(self, stored: _StoredResponse, request: WireRequest) -> WireResponse:
        policy = self._switches.now.idempotency_other_body
        if policy != "replay" and stored.body != request.body:
            raise RobawsApiError(int(policy), "Idempotency-Key was used with another body")
        return copy(stored.response)
