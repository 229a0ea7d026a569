"""One simulated Robaws tenant: its data, its clock, its habits."""

import threading
from collections.abc import Callable
from random import Random
from typing import NamedTuple
from uuid import UUID

from counterfoil_simulators.clock import Clock, stamp
from counterfoil_simulators.data.dice import Dice
from counterfoil_simulators.faults import Faults
from counterfoil_simulators.gates import Gates
from counterfoil_simulators.robaws.auth import Credentials
from counterfoil_simulators.robaws.data.extras import DEFINITIONS, Definition
from counterfoil_simulators.robaws.faults import Fault
from counterfoil_simulators.robaws.idempotency import Idempotency
from counterfoil_simulators.robaws.limits import Limits, Mode
from counterfoil_simulators.robaws.store import Store, View
from counterfoil_simulators.robaws.switches import Switches
from counterfoil_simulators.robaws.webhooks import Webhooks
from counterfoil_simulators.stats import Stats
from counterfoil_simulators.switchboard import SwitchBoard
from counterfoil_simulators.wire import Request


class Tenant:
    """Everything that answering a request or controlling the simulator needs, in one place."""

    def __init__(self, credentials: Credentials, switchboard: SwitchBoard[Switches], seed: int) -> None:
        self.credentials = credentials
        self.switchboard = switchboard
        self.seed = seed
        self.clock = Clock()
        self.store = Store(self.clock.now, lambda: switchboard.now.replica_lag_seconds)
        self.limits = Limits(self.clock, switchboard)
        self.idempotency = Idempotency(self.clock, switchboard)
        self.faults: Faults[Fault] = Faults(seed)
        self.gates: Gates[Call] = Gates()
        self.stats: Stats[Entry] = Stats()
        self.stopping = threading.Event()
        self.dice = Dice(seed, 60)
        self.extra_field_definitions: dict[str, Definition] = dict(DEFINITIONS)
        self._uuids = Random(seed * 1_000_003 + 61)
        self._uuid_lock = threading.Lock()
        self.webhooks = Webhooks(self.clock, switchboard, self.new_uuid, seed)

    @property
    def switches(self) -> Switches:
        """The switches as they stand now."""
        return self.switchboard.now

    def new_uuid(self) -> str:
        """A UUID; a row of them repeats with the seed."""
        with self._uuid_lock:
            return str(UUID(int=self._uuids.getrandbits(128), version=4))

    def stamp(self) -> str:
        """Now, as it is written into a record."""
        return stamp(self.clock.now())


class Entry(NamedTuple):
    """One request in the log."""

    method: str
    path: str
    query: dict[str, str]
    status: int
    mode: str
    idempotency_key: str | None
    at: float


class Call:
    """One API request on its way through the tenant."""

    def __init__(self, tenant: Tenant, request: Request, path: str) -> None:
        self.tenant = tenant
        self.request = request
        self.path = path
        """Below /api/v2."""
        asked = request.header("database-mode") or request.query.get("database-mode") or "live"
        self.replica = asked.strip().lower() == "replica"
        self.user = ""
        self.route = "unknown"
        self.carried_out = False

    @property
    def mode(self) -> Mode:
        """In which mode the request asks."""
        return "replica" if self.replica else "live"

    def faults(
        self, *kinds: str, after: bool = False, meant: Callable[[Fault], bool] = lambda _: True
    ) -> list[Fault]:
        """The faults of these kinds that strike this request now, all of them."""
        return self._take(kinds, after, meant, None)

    def fault(self, *kinds: str, after: bool = False) -> Fault | None:
        """The first fault of these kinds that strikes this request now; the others wait their turn."""
        return next(iter(self._take(kinds, after, lambda _: True, 1)), None)

    def _take(
        self, kinds: tuple[str, ...], after: bool, meant: Callable[[Fault], bool], at_most: int | None
    ) -> list[Fault]:
        def fits(fault: Fault) -> bool:
            return fault.match.fits(self.request, self.path, self.mode) and meant(fault)

        return self.tenant.faults.take(kinds, fits, after=after, at_most=at_most)

    def view(self) -> View:
        """The data that this request sees; the store's lock must be held."""
        return self.tenant.store.view(replica=self.replica)
