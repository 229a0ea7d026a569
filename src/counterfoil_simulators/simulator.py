"""A simulated upstream behind a server on loopback, controlled over HTTP."""

from abc import ABC, abstractmethod
from collections.abc import Callable
from types import TracebackType
from typing import Self

from counterfoil_simulators import control_http
from counterfoil_simulators.server import HttpServer
from counterfoil_simulators.tenant import SimulatedTenant
from counterfoil_simulators.wire import WireRequest, WireResponse


class Simulator(ABC):
    """The parts that every simulator shares. Port 0 takes a free port."""

    def __init__(self, tenant: SimulatedTenant, control: object, host: str, port: int) -> None:
        self._tenant = tenant
        self._control = control
        self._host, self._port = host, port
        self._server: HttpServer | None = None

    @abstractmethod
    def respond(self, request: WireRequest) -> WireResponse:
        """Answer a request that is not for the control."""

    @property
    @abstractmethod
    def crashes(self) -> list[str]:
        """Tracebacks of bugs in the simulator itself; normally empty."""

    @property
    def port(self) -> int:
        """The port; set once the simulator is started."""
        return self._port

    @property
    def url(self) -> str:
        """The root, for example `http://127.0.0.1:40123`."""
        return f"http://{self._host}:{self._port}"

    @property
    def control_url(self) -> str:
        """The root of the control: `.../_control`."""
        return self.url + control_http.PREFIX.rstrip("/")

    def start(self) -> Self:
        """Listen, answer and deliver in threads. After a stop it uses the same port and data again."""
        if self._server is None:
            self._tenant.stopping.clear()
            self._server = HttpServer(self._host, self._port, self._answer)
            self._port = int(self._server.server_address[1])
            self._server.start()
            self._tenant.webhooks.start()
        return self

    def stop(self) -> None:
        """End all connections, held answers and deliveries."""
        self._tenant.stopping.set()
        self._tenant.holds.release()
        if self._server is not None:
            self._server.stop()
            self._server = None
        self._tenant.webhooks.stop()

    def serve_forever(self, on_ready: Callable[[Self], None] | None = None) -> None:
        """Serve in the foreground until `end()` is called or Ctrl-C is pressed; then stop cleanly."""
        self.start()
        try:
            if on_ready is not None:
                on_ready(self)
            self._tenant.stopping.wait()
        except KeyboardInterrupt:
            pass
        finally:
            self.stop()

    def end(self) -> None:
        """Make `serve_forever` return."""
        self._tenant.stopping.set()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()
        if kind is None and self.crashes:
            raise RuntimeError("the simulator has a bug:\n" + self.crashes[0])

    def _answer(self, request: WireRequest) -> WireResponse:
        if request.path.startswith(control_http.PREFIX):
            return control_http.answer(self._control, request)
        return self.respond(request)
