"""A process that calls the upstream repeatedly within a connection's shared allowance, together with others.

python -m tests.support.caller CONNECTION PRIORITY FOLDER PROCESSES THREADS CALLS OTHERS FIRST

It starts once PROCESSES are ready and have had FIRST turns, and ends when the allowance is used up, after CALLS
calls (0: any number), or when one process has made all of its calls. Before each call it waits until others have
had OTHERS turns. It prints the tickets of its calls as JSON: when each was requested and when it was granted.
"""

import json
import os
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import Path

from counterfoil.cli.ready import ready
from counterfoil.connectors.allowance import Budget, Permit, Quota
from counterfoil.connectors.page import PageRequest, Resource
from counterfoil.connectors.priority import Priority
from counterfoil.errors import QuotaExhausted
from tests.support.patience import until


class Noted:
    """Implements `allowance.Budget`: delegates to the real one and records the tickets of its calls."""

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
        """Delegate to the real budget."""
        self._real.record_quota(quota)

    def record_throttle(self, quota: Quota, pause: float | None) -> None:
        """Delegate to the real budget."""
        self._real.record_throttle(quota, pause)

    def record_block(self, reason: str, pause: float | None = None) -> datetime:
        """Delegate to the real budget."""
        return self._real.record_block(reason, pause)


def main(
    name: str, priority: Priority, folder: Path, processes: int, threads: int, calls: int, others: int, first: int
) -> None:
    """Call until the end."""
    ready()
    from counterfoil.connections import connect, factory
    from counterfoil.mirror import tickets

    connection = connect.find_connection(name)
    shared = factory.shared_budget(connection, priority)
    noted = Noted(shared, asking=others > 0)
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
    sys.stdout.write(json.dumps(noted.turns))


def _at_once(call: Callable[[], None], threads: int) -> None:
    with ThreadPoolExecutor(threads) as pool:
        for done in [pool.submit(call) for _ in range(threads)]:
            done.result()


if __name__ == "__main__":
    main(sys.argv[1], Priority(sys.argv[2]), Path(sys.argv[3]), *map(int, sys.argv[4:]))
