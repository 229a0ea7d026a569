"""The whole simulator: a user with organisations behind a server on loopback."""

from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from counterfoil_simulators.simulator import Simulator
from counterfoil_simulators.switchboard import SwitchBoard
from counterfoil_simulators.wire import WireRequest, WireResponse
from counterfoil_simulators.zoho_books import accounts, oauth
from counterfoil_simulators.zoho_books.application import BASE_PATH, ZohoApplication
from counterfoil_simulators.zoho_books.books import Books, Content
from counterfoil_simulators.zoho_books.control import ZohoControl
from counterfoil_simulators.zoho_books.data.dataset import DAY, Size, make_content
from counterfoil_simulators.zoho_books.data.organizations import organization_ids, profiles
from counterfoil_simulators.zoho_books.limits import ZohoLimits
from counterfoil_simulators.zoho_books.organization import Profile, SimulatedOrganization
from counterfoil_simulators.zoho_books.switches import ZohoSwitches
from counterfoil_simulators.zoho_books.tenant import ZohoTenant


class ZohoBooksSimulator(Simulator):
    """A simulated Zoho Books: `with ZohoBooksSimulator(contacts=1000) as sim:` serves at `sim.api_url`.

    Each organisation has `contacts` customers, and a twentieth of that in vendors on top; by default, half as
    many persons again and three invoices each. The records are of the three years before `today` (`yyyy-mm-dd`,
    by default the current day), so that some invoices are due and some overdue. Further keyword arguments are
    switches (see `ZohoSwitches`), for example `rate=None`. Port 0 takes a free port. Credentials that are not
    given are derived from the seed.
    """

    def __init__(
        self,
        organizations: int = 1,
        contacts: int = 25,
        invoices: int | None = None,
        persons: int | None = None,
        seed: int = 1,
        *,
        vendors: int | None = None,
        today: str | None = None,
        host: str = "127.0.0.1",
        port: int = 0,
        client_id: str | None = None,
        client_secret: str | None = None,
        **switches: Any,
    ) -> None:
        given = {"client_id": client_id, "client_secret": client_secret}
        client = oauth.make_client(seed)._replace(
            **{name: value for name, value in given.items() if value is not None}
        )
        self.tenant = ZohoTenant(client, SwitchBoard(ZohoSwitches, **switches), seed, lambda: self.url)
        self.refresh_token = self.tenant.tokens.grant()
        self.control = ZohoControl(self.tenant)
        self._application = ZohoApplication(self.tenant)
        super().__init__(self.tenant, self.control, host, port)
        size = Size(
            contacts,
            -(-contacts // 20) if vendors is None else vendors,
            contacts * 3 // 2 if persons is None else persons,
            contacts * 3 if invoices is None else invoices,
        )
        _fill(self.tenant, organizations, size, seed, _midnight(self.tenant.clock.now(), today))

    @property
    def client_id(self) -> str:
        """The id of the client registered in Zoho's API console."""
        return self.tenant.tokens.client.client_id

    @property
    def client_secret(self) -> str:
        return self.tenant.tokens.client.client_secret

    @property
    def organization_ids(self) -> list[str]:
        """The organisations, the default one first."""
        return list(self.tenant.organizations)

    @property
    def accounts_url(self) -> str:
        """The accounts server of the user's data centre: `.../accounts`."""
        return self.url + accounts.HOME

    @property
    def other_accounts_url(self) -> str:
        """The accounts server of another data centre, where the client is not registered."""
        return self.url + accounts.OTHER

    @property
    def api_url(self) -> str:
        """The host of the API; also the `api_domain` in the answer with a token."""
        return self.url

    @property
    def base_url(self) -> str:
        """The root of the API: `.../books/v3`."""
        return self.url + BASE_PATH

    @property
    def crashes(self) -> list[str]:
        """Tracebacks of bugs in the simulator itself; normally empty."""
        return [*self._application.crashes, *self.tenant.webhooks.crashes]

    def respond(self, request: WireRequest) -> WireResponse:
        """Answer a request that is not for the control."""
        return self._application(request)


def _midnight(now: float, today: str | None) -> int:
    """Return the end of the data in Unix seconds: the beginning of a day in UTC."""
    if today is not None:
        now = datetime.fromisoformat(today).replace(tzinfo=UTC).timestamp()
    return int(now // DAY * DAY)


def _fill(tenant: ZohoTenant, organizations: int, size: Size, seed: int, newest: int) -> None:
    ids = organization_ids(seed, organizations)
    for at, (organization_id, profile) in enumerate(zip(ids, profiles(organizations), strict=True)):
        organization = SimulatedOrganization(
            organization_id,
            profile,
            Books(tenant.lock),
            ZohoLimits(tenant.clock, tenant.switchboard, profile.zone, profile.plan),
            at == 0,
            tenant.clock,
        )
        organization.books.load(_shared_content(profile, size, seed + at, newest))
        tenant.organizations[organization_id] = organization


@lru_cache(maxsize=16)
def _shared_content(profile: Profile, size: Size, seed: int, newest: int) -> Content:
    """Generate once per process: records are never changed in place."""
    return make_content(profile, size, seed, newest)
