"""The simulated Zoho of one user: organisations, tokens, a clock, habits."""

import threading
from collections.abc import Callable

from counterfoil_simulators.clock import Clock
from counterfoil_simulators.data.dice import Dice
from counterfoil_simulators.faults import Faults
from counterfoil_simulators.gates import Gates
from counterfoil_simulators.switchboard import SwitchBoard
from counterfoil_simulators.wire import WireRequest
from counterfoil_simulators.zoho_books.faults import ZohoFault
from counterfoil_simulators.zoho_books.oauth import RegisteredClient, Tokens
from counterfoil_simulators.zoho_books.organization import SimulatedOrganization
from counterfoil_simulators.zoho_books.stats import ZohoStats
from counterfoil_simulators.zoho_books.switches import ZohoSwitches
from counterfoil_simulators.zoho_books.webhooks import ZohoWebhooks


class ZohoTenant:
    """Everything that answering a request or controlling the simulator needs, in one place."""

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
        self.gates: Gates[ZohoCall] = Gates()
        self.stats = ZohoStats()
        self.webhooks = ZohoWebhooks(self.clock, switchboard, seed)
        self.stopping = threading.Event()
        self.dice = Dice(seed, 60)
        self._url = url

    @property
    def switches(self) -> ZohoSwitches:
        """The switches as they stand now."""
        return self.switchboard.now

    @property
    def url(self) -> str:
        """Where the server listens."""
        return self._url()

    @property
    def default_organization(self) -> SimulatedOrganization:
        """The user's first organisation."""
        return next(iter(self.organizations.values()))

    def organization(self, organization_id: str | None) -> SimulatedOrganization:
        """An organisation by its id, or the first; KeyError when there is none."""
        return self.default_organization if organization_id is None else self.organizations[organization_id]


class ZohoCall:
    """One request on its way."""

    def __init__(self, tenant: ZohoTenant, request: WireRequest, path: str) -> None:
        self.tenant = tenant
        self.request = request
        self.path = path
        """Below /books/v3, or below an accounts server."""
        self.route = "unknown"
        self.code: int | None = None
        """Zoho's own code of the answer, where it has one."""
        self.carried_out = False
        self.found: SimulatedOrganization | None = None
        """The organisation that was asked for, once that is known."""

    @property
    def organization(self) -> SimulatedOrganization:
        """The organisation that was asked for."""
        if self.found is None:
            raise RuntimeError("this call is not about an organisation")
        return self.found

    def faults(
        self, *kinds: str, after: bool = False, meant: Callable[[ZohoFault], bool] = lambda _: True
    ) -> list[ZohoFault]:
        """The faults of these kinds that strike this request now, all of them."""
        return self._take(kinds, after, meant, None)

    def fault(self, *kinds: str, after: bool = False) -> ZohoFault | None:
        """The first fault of these kinds that strikes this request now; the others wait their turn."""
        return next(iter(self._take(kinds, after, lambda _: True, 1)), None)

    def _take(
        self, kinds: tuple[str, ...], after: bool, meant: Callable[[ZohoFault], bool], at_most: int | None
    ) -> list[ZohoFault]:
        def fits(fault: ZohoFault) -> bool:
            return fault.match.fits(self) and meant(fault)

        return self.tenant.faults.take(kinds, fits, after=after, at_most=at_most)
