"""The whole simulator: a tenant with invented customers behind a server on loopback."""

from functools import lru_cache
from typing import Any

from counterfoil_simulators.robaws.application import BASE_PATH, RobawsApplication
from counterfoil_simulators.robaws.auth import make_credentials
from counterfoil_simulators.robaws.control import RobawsControl
from counterfoil_simulators.robaws.data.dataset import customers as generate
from counterfoil_simulators.robaws.records import Record, client_record, contact_record
from counterfoil_simulators.robaws.store import ClientStore
from counterfoil_simulators.robaws.switches import RobawsSwitches
from counterfoil_simulators.robaws.tenant import RobawsTenant
from counterfoil_simulators.simulator import Simulator
from counterfoil_simulators.switchboard import SwitchBoard
from counterfoil_simulators.wire import WireRequest, WireResponse

SHARED_UP_TO = 10_000
"""Data sets up to this size are generated once per process: records are immutable."""


class RobawsSimulator(Simulator):
    """A simulated Robaws: `with RobawsSimulator(customers=4017, seed=1) as sim:` serves at `sim.base_url`.

    Further keyword arguments are switches (see `RobawsSwitches`), for example `rate=None`. Port 0 takes a
    free port. Credentials that are not given are derived from the seed.
    """

    def __init__(
        self,
        customers: int = 25,
        seed: int = 1,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        api_key: str | None = None,
        api_secret: str | None = None,
        email: str | None = None,
        password: str | None = None,
        **switches: Any,
    ) -> None:
        given = {"api_key": api_key, "api_secret": api_secret, "email": email, "password": password}
        chosen = make_credentials(seed)._replace(
            **{name: value for name, value in given.items() if value is not None}
        )
        self.tenant = RobawsTenant(chosen, SwitchBoard(RobawsSwitches, **switches), seed)
        self.control = RobawsControl(self.tenant)
        self._application = RobawsApplication(self.tenant)
        super().__init__(self.tenant, self.control, host, port)
        _fill(self.tenant.store, seed, customers)

    @property
    def api_key(self) -> str:
        """The user name for HTTP Basic."""
        return self.tenant.credentials.api_key

    @property
    def api_secret(self) -> str:
        """The password for HTTP Basic."""
        return self.tenant.credentials.api_secret

    @property
    def email(self) -> str:
        """The other user name that is accepted."""
        return self.tenant.credentials.email

    @property
    def password(self) -> str:
        """The password of the e-mail address."""
        return self.tenant.credentials.password

    @property
    def base_url(self) -> str:
        """The root of the API: `.../api/v2`."""
        return self.url + BASE_PATH

    @property
    def crashes(self) -> list[str]:
        """Tracebacks of bugs in the simulator itself; normally empty."""
        return [*self._application.crashes, *self.tenant.webhooks.crashes]

    def respond(self, request: WireRequest) -> WireResponse:
        """Answer a request that is not for the control."""
        return self._application(request)


def _fill(store: ClientStore, seed: int, customers: int) -> None:
    records = _shared_records(seed, customers) if customers <= SHARED_UP_TO else _records(seed, customers)
    store.load(*records)


@lru_cache(maxsize=16)
def _shared_records(seed: int, customers: int) -> tuple[list[Record], list[Record]]:
    return _records(seed, customers)


def _records(seed: int, customers: int) -> tuple[list[Record], list[Record]]:
    clients: list[Record] = []
    contacts: list[Record] = []
    for client, people in generate(seed, customers):
        clients.append(client_record(client))
        for contact in people:
            contact["id"] = str(len(contacts) + 1)
            contacts.append(contact_record(contact))
    return clients, contacts
