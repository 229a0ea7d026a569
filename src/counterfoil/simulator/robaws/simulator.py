"""The simulator as a whole: a tenant full of customers behind a server on loopback."""

from collections.abc import Callable
from functools import lru_cache
from types import TracebackType
from typing import Any, Self

from counterfoil.simulator.robaws import control_http
from counterfoil.simulator.robaws.application import BASE_PATH, Application
from counterfoil.simulator.robaws.auth import credentials
from counterfoil.simulator.robaws.control import Control
from counterfoil.simulator.robaws.data.dataset import customers as generate
from counterfoil.simulator.robaws.records import Record, client_record, contact_record
from counterfoil.simulator.robaws.server import HttpServer
from counterfoil.simulator.robaws.store import Store
from counterfoil.simulator.robaws.switches import SwitchBoard
from counterfoil.simulator.robaws.tenant import Tenant
from counterfoil.simulator.robaws.wire import Request, Response

SHARED_UP_TO = 10_000
"""Data sets up to this size are generated once per process: records are immutable."""


class RobawsSimulator:
    """`with RobawsSimulator(customers=4017, seed=1) as sim:` serves at `sim.base_url`, obeys `sim.control`.

    Further keyword arguments are switches (see `switches.Switches`), for example `rate=None`. Port 0 takes a
    free port. Credentials that are not given follow from the seed.
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
        chosen = credentials(seed)._replace(**{name: value for name, value in given.items() if value is not None})
        self.tenant = Tenant(chosen, SwitchBoard(**switches), seed)
        self.control = Control(self.tenant)
        self._application = Application(self.tenant)
        self._host, self._port = host, port
        self._server: HttpServer | None = None
        _fill(self.tenant.store, seed, customers)

    @property
    def api_key(self) -> str:
        """The user of HTTP Basic."""
        return self.tenant.credentials.api_key

    @property
    def api_secret(self) -> str:
        """The password of HTTP Basic."""
        return self.tenant.credentials.api_secret

    @property
    def email(self) -> str:
        """The other user that works."""
        return self.tenant.credentials.email

    @property
    def password(self) -> str:
        """The password that goes with the e-mail address."""
        return self.tenant.credentials.password

    @property
    def port(self) -> int:
        """The port; known once the simulator was started."""
        return self._port

    @property
    def url(self) -> str:
        """The root, for example `http://127.0.0.1:40123`."""
        return f"http://{self._host}:{self._port}"

    @property
    def base_url(self) -> str:
        """The root of the API: `.../api/v2`."""
        return self.url + BASE_PATH

    @property
    def control_url(self) -> str:
        """The root of the control: `.../_control`."""
        return self.url + control_http.PREFIX.rstrip("/")

    @property
    def crashes(self) -> list[str]:
        """Tracebacks of bugs in the simulator itself; empty, if all is well."""
        return self._application.crashes

    def start(self) -> Self:
        """Listen and answer in threads. After a stop: again on the same port, with the same data."""
        if self._server is None:
            self.tenant.stopping.clear()
            self._server = HttpServer(self._host, self._port, self._answer)
            self._port = int(self._server.server_address[1])
            self._server.start()
            self.tenant.webhooks.start()
        return self

    def stop(self) -> None:
        """End all connections, held answers and deliveries."""
        self.tenant.stopping.set()
        self.tenant.gates.release()
        if self._server is not None:
            self._server.stop()
            self._server = None
        self.tenant.webhooks.stop()

    def serve_forever(self, on_ready: Callable[[Self], None] | None = None) -> None:
        """Serve in the foreground until `stop()` is called elsewhere, or Ctrl-C; then stop cleanly."""
        self.start()
        try:
            if on_ready is not None:
                on_ready(self)
            self.tenant.stopping.wait()
        except KeyboardInterrupt:
            pass
        finally:
            self.stop()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()
        if kind is None and self.crashes:
            raise RuntimeError("the simulator has a bug:\n" + self.crashes[0])

    def _answer(self, request: Request) -> Response:
        if request.path.startswith(control_http.PREFIX):
            return control_http.answer(self.control, request)
        return self._application(request)


def _fill(store: Store, seed: int, customers: int) -> None:
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
