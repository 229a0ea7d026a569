"""One simulated Robaws tenant: data, clock, switches, limits, faults, statistics."""

import threading
from collections.abc import Callable
from random import Random
from typing import NamedTuple
from uuid import UUID

from counterfoil_simulators.clock import Clock, format_instant
from counterfoil_simulators.data.dice import Dice
from counterfoil_simulators.faults import Faults, FaultyCall
from counterfoil_simulators.holds import Holds
from counterfoil_simulators.robaws.auth import Credentials
from counterfoil_simulators.robaws.data.extra_fields import DEFINITIONS, Definition
from counterfoil_simulators.robaws.faults import RobawsFault
from counterfoil_simulators.robaws.idempotency import Idempotency
from counterfoil_simulators.robaws.limits import Mode, RobawsLimits
from counterfoil_simulators.robaws.store import ClientStore, View
from counterfoil_simulators.robaws.switches import RobawsSwitches
from counterfoil_simulators.robaws.webhooks import RobawsWebhookQueue
from counterfoil_simulators.stats import Stats
from counterfoil_simulators.switchboard import SwitchBoard
from counterfoil_simulators.wire import WireRequest


class RobawsTenant:
    """The parts that answering a request and the control share."""

    def __init__(self, credentials: Credentials, switchboard: SwitchBoard[RobawsSwitches], seed: int) -> None:
        self.credentials = credentials
        self.switchboard = switchboard
        self.seed = seed
        self.clock = Clock()
        self.store = ClientStore(self.clock.now, lambda: switchboard.now.replica_lag_seconds)
        self.limits = RobawsLimits(self.clock, switchboard)
        self.idempotency = Idempotency(self.clock, switchboard)
        self.faults: Faults[RobawsFault] = Faults(seed)
        self.holds: Holds[RobawsCall] = Holds()
        self.stats: Stats[RobawsLogEntry] = Stats()
        self.late: list[Callable[[], object]] = []
        self.stopping = threading.Event()
        self.dice = Dice(seed, 60)
        self.extra_field_definitions: dict[str, Definition] = dict(DEFINITIONS)
        self._uuids = Random(seed * 1_000_003 + 61)
        self._uuid_lock = threading.Lock()
        self.webhooks = RobawsWebhookQueue(self.clock, switchboard, self.new_uuid, seed)

    @property
    def switches(self) -> RobawsSwitches:
        """The current values of the switches."""
        return self.switchboard.now

    def new_uuid(self) -> str:
        """Make a UUID; the sequence repeats with the seed."""
        with self._uuid_lock:
            return str(UUID(int=self._uuids.getrandbits(128), version=4))

    def timestamp(self) -> str:
        """Return the current time in the format of a record."""
        return format_instant(self.clock.now())


class RobawsLogEntry(NamedTuple):
    """One request in the log."""

    method: str
    path: str
    query: dict[str, str]
    status: int
    mode: str
    idempotency_key: str | None
    at: float


class RobawsCall(FaultyCall[RobawsFault]):
    """One API request with the tenant that answers it."""

    def __init__(self, tenant: RobawsTenant, request: WireRequest, path: str) -> None:
        self.tenant = tenant
        self.request = request
        self.path = path
        """Below /api/v2."""
        mode = request.header("database-mode") or request.query.get("database-mode") or "live"
        self.replica = mode.strip().lower() == "replica"
        self.user = ""
        self.route = "unknown"
        self.carried_out = False

    @property
    def mode(self) -> Mode:
        """The database mode of the request."""
        return "replica" if self.replica else "live"

    def is_matched_by(self, fault: RobawsFault) -> bool:
        return fault.match.fits(self.request, self.path, self.mode)

    def ordered_faults(self) -> Faults[RobawsFault]:
        return self.tenant.faults

    def view(self) -> View:
        """Return the data that this request sees; the store's lock must be held."""
        return self.tenant.store.view(replica=self.replica)
