"""A process that calls the upstream repeatedly within a connection's shared allowance, together with others.

python -m tests.support.caller CONNECTION PRIORITY FOLDER PROCESSES THREADS CALLS OTHERS FIRST

It begins when so many processes are ready and have made FIRST calls, and ends when the allowance is spent, after
so many CALLS (0: any number), or when another process has made all of its calls. Before each call it waits for
OTHERS calls of others. It prints JSON: the tickets of its calls (requested, granted) and the bucket's decisions.
"""

import json
import os
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import Path

from counterfoil.cli.ready import ready
from counterfoil.connections import rate_limit
from counterfoil.connections.rate_limit import BucketDecision, BucketState, RatePolicy
from counterfoil.connectors.allowance import Budget, Permit, Quota
from counterfoil.connectors.page import PageRequest, Resource
from counterfoil.connectors.priority import Priority
from counterfoil.errors import QuotaExhausted
from tests.support.patience import until


class Decisions:
    """The decisions of the token bucket in this process, in the place of `rate_limit.acquire`.

    It is called while the allowance's row is locked, so the times of all processes are in the order of decisions.
    """

    def __init__(self) -> None:
        self.made: list[tuple[float, str, float, bool]] = []
        self._acquire = rate_limit.acquire

    def __call__(
        self, state: BucketState, policy: RatePolicy, now: datetime, priority: Priority, waiter: str
    ) -> tuple[BucketState, BucketDecision]:
        state, decision = self._acquire(state, policy, now, priority, waiter)
        self.made.append((now.timestamp(), waiter, decision.wait, decision.granted))
        return state, decision


class Noted:
    """Implements `allowance.Budget` by the real one, and notes the tickets of its calls."""

    def __init__(self, real: Budget, *, asking: bool) -> None:
        self.turns: list[tuple[int, int]] = []
        self._real = real
        self._asking = asking

    def acquire(self) -> Permit:
        asked = self._real.ticket() if self._asking else 0
        permit = self._real.acquire()
        self.turns.append((asked, permit.ticket))
        return permit

    def ticket(self) -> int:
        return self._real.ticket()

    def record_quota(self, quota: Quota) -> None:
        self._real.record_quota(quota)

    def record_throttle(self, quota: Quota, pause: float | None) -> None:
        self._real.record_throttle(quota, pause)

    def record_block(self, reason: str, pause: float | None = None) -> datetime:
        return self._real.record_block(reason, pause)


def main(
    name: str, priority: Priority, folder: Path, processes: int, threads: int, calls: int, others: int, first: int
) -> None:
    ready()
    from counterfoil.connections import connect, factory
    from counterfoil.mirror import tickets

    connection = connect.find_connection(name)
    shared = factory.shared_budget(connection, priority)
    noted = Noted(shared, asking=others > 0)
    decisions = Decisions()
    rate_limit.acquire = decisions  # type: ignore[assignment]
    connector = factory.connector(connection, noted, patient=False)
    collection = connector.collection(Resource.CUSTOMER)
    over = folder / "over"
    begin = tickets.latest() + first
    (folder / f"ready-{os.getpid()}").touch()
    until(lambda: len(list(folder.glob("ready-*"))) >= processes and tickets.latest() >= begin)

    def call() -> None:
        while not over.exists() and (not calls or len(noted.turns) < calls):
            if others:
                after = tickets.latest() + others
                until(lambda after=after: over.exists() or tickets.latest() >= after)  # type: ignore[misc]
            try:
                collection.fetch(PageRequest(0, 10))
            except QuotaExhausted:
                return

    _at_once(call, threads)
    if calls:
        over.touch()
    connector.close()
    shared.close()
    sys.stdout.write(json.dumps({"turns": noted.turns, "decisions": decisions.made}))


def _at_once(call: Callable[[], None], threads: int) -> None:
    with ThreadPoolExecutor(threads) as pool:
        for done in [pool.submit(call) for _ in range(threads)]:
            done.result()


if __name__ == "__main__":
    main(sys.argv[1], Priority(sys.argv[2]), Path(sys.argv[3]), *map(int, sys.argv[4:]))
