"""The simulated Zoho of one user: organisations, tokens, clock, switches, faults, statistics."""

import threading
from collections.abc import Callable

from counterfoil_simulators.clock import Clock
from counterfoil_simulators.data.dice import Dice
from counterfoil_simulators.faults import Faults, FaultyCall
from counterfoil_simulators.holds import Holds
from counterfoil_simulators.switchboard import SwitchBoard
from counterfoil_simulators.wire import WireRequest
from counterfoil_simulators.zoho_books.faults import ZohoFault
from counterfoil_simulators.zoho_books.oauth import RegisteredClient, Tokens
from counterfoil_simulators.zoho_books.organization import SimulatedOrganization
from counterfoil_simulators.zoho_books.stats import ZohoStats
from counterfoil_simulators.zoho_books.switches import ZohoSwitches
from counterfoil_simulators.zoho_books.webhooks import ZohoWebhookQueue


class ZohoTenant:
    """The parts that answering a request and the control share."""

    def __init__(
        self, client: RegisteredClient, switchboard: SwitchBoard[ZohoSwitches], seed: int, url: Callable[[], str]
    ) -> None:
        self.switchboard = switchboard
        self.clock = Clock()
        self.lock = threading.RLock()
        """Guards the books of all organisations."""
        self.organizations: dict[str, SimulatedOrganization] = {}
        self.tokens = Tokens(client, self.clock, switchboard, seed)
        self.faults: Faults[ZohoFault] = Faults(seed)
        self.holds: Holds[ZohoCall] = Holds()
        self.stats = ZohoStats()
        self.webhooks = ZohoWebhookQueue(self.clock, switchboard, seed)
        self.stopping = threading.Event()
        self.dice = Dice(seed, 60)
        self._url = url

    @property
    def switches(self) -> ZohoSwitches:
        """The current values of the switches."""
        return self.switchboard.now

    @property
    def url(self) -> str:
        """The address of the server."""
        return self._url()

    @property
    def default_organization(self) -> SimulatedOrganization:
        """The user's first organisation."""
        return next(iter(self.organizations.values()))

    def organization(self, organization_id: str | None) -> SimulatedOrganization:
        """Return an organisation by its id, or the first. Raises KeyError when there is none."""
        return self.default_organization if organization_id is None else self.organizations[organization_id]


class ZohoCall(FaultyCall[ZohoFault]):
    """One request with the tenant that answers it."""

    def __init__(self, tenant: ZohoTenant, request: WireRequest, path: str) -> None:
        self.tenant = tenant
        self.request = request
        self.path = path
        """Below /books/v3, or below an accounts server."""
        self.route = "unknown"
        self.code: int | None = None
        """Zoho's own code in the answer, where it has one."""
        self.carried_out = False
        self.found: SimulatedOrganization | None = None
        """The organisation of the request, once it was looked up."""

    @property
    def organization(self) -> SimulatedOrganization:
        """The organisation of the request. Raises RuntimeError where it has none."""
        if self.found is None:
            raise RuntimeError("this call is not about an organisation")
        return self.found

    def is_matched_by(self, fault: ZohoFault) -> bool:
        return fault.match.fits(self)

    def ordered_faults(self) -> Faults[ZohoFault]:
        return self.tenant.faults
