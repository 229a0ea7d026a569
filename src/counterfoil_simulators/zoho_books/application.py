"""The way of a request: which server, edge, token, organisation, limits, scope, route, answer."""

import traceback

from counterfoil_simulators.clock import http_date
from counterfoil_simulators.wire import WireRequest, WireResponse
from counterfoil_simulators.wire_faults import pause, spoil
from counterfoil_simulators.writes import RecordedWrite, write
from counterfoil_simulators.zoho_books import accounts, auth, errors, routes
from counterfoil_simulators.zoho_books.errors import ZohoApiError
from counterfoil_simulators.zoho_books.fault_answers import edge_fault, raise_fault
from counterfoil_simulators.zoho_books.stats import ZohoEntry
from counterfoil_simulators.zoho_books.tenant import ZohoCall, ZohoTenant

BASE_PATH = "/books/v3"


class ZohoApplication:
    """Answers the requests to one tenant. A bug in here is kept in `crashes`, not passed off as a fault."""

    def __init__(self, tenant: ZohoTenant) -> None:
        self.tenant = tenant
        self.crashes: list[str] = []

    def __call__(self, request: WireRequest) -> WireResponse:
        """The response to one request, with everything that every response carries."""
        base = next(
            (base for base in (BASE_PATH, accounts.ELSEWHERE, accounts.HOME) if _is_below(request, base)), ""
        )
        call = ZohoCall(self.tenant, request, request.path.removeprefix(base))
        if base == BASE_PATH:
            call.route = routes.name(request.method, call.path)
        elif base:
            call.route = f"{request.method} {call.path}"
        self.tenant.stats.arrived()
        response = self._guarded(call, base)
        response.headers = {"date": http_date(self.tenant.clock.now()), **response.headers}
        self.tenant.stats.answered(call.route, _entry(call, response), _written(call, response, base))
        return response

    def _guarded(self, call: ZohoCall, base: str) -> WireResponse:
        try:
            response = edge_fault(call) or self._answer(call, base)
        except Exception:
            self.crashes.append(traceback.format_exc())
            response = errors.render(errors.internal_error())
        response = edge_fault(call, after=True) or response
        fault = call.fault("timeout", "dropped", "truncated", after=True)
        return response if fault is None else spoil(response, fault)

    def _answer(self, call: ZohoCall, base: str) -> WireResponse:
        if base == BASE_PATH:
            return self._api(call)
        if base:
            self._stall(call)
            response = accounts.answer(call, at_home=base == accounts.HOME)
            self.tenant.gates.pass_by(call)
            return response
        return errors.html_page(404, "Page not found")

    def _api(self, call: ZohoCall) -> WireResponse:
        """The answer of the API; how the day stands is told once the organisation is known."""
        try:
            scopes = auth.authenticate(call)
            call.found = auth.asked_organization(call)
            call.found.limits.enter()
        except ZohoApiError as error:
            response = self._refused(call, error)
        else:
            response = self._counted(call, scopes)
        if call.found is not None:
            response.headers = call.found.limits.headers() | response.headers
        return response

    def _counted(self, call: ZohoCall, scopes: tuple[str, ...]) -> WireResponse:
        """Work on a request that the limits let in; it is under way until its answer is let go."""
        try:
            self._stall(call)
            self.tenant.gates.pass_by(call, before=True)
            try:
                response = self._routed(call, scopes)
                call.code = 0
                call.carried_out = True
            except ZohoApiError as error:
                response = self._refused(call, error)
            self.tenant.gates.pass_by(call)
            return response
        finally:
            call.organization.limits.leave()

    def _routed(self, call: ZohoCall, scopes: tuple[str, ...]) -> WireResponse:
        route, parameters = routes.find(call.request.method, call.path)
        auth.authorize(scopes, route.scope)
        raise_fault(call)
        return route.handler(call, *parameters)

    def _refused(self, call: ZohoCall, error: ZohoApiError) -> WireResponse:
        call.code = error.code
        return errors.render(error)

    def _stall(self, call: ZohoCall) -> None:
        seconds = pause(self.tenant.switches.latency_ms, call.faults("latency"), self.tenant.dice)
        if seconds > 0:
            self.tenant.stopping.wait(seconds)


def _is_below(request: WireRequest, base: str) -> bool:
    return request.path.startswith(base + "/")


def _entry(call: ZohoCall, response: WireResponse) -> ZohoEntry:
    request, organization = call.request, None if call.found is None else call.found.id
    now = call.tenant.clock.now()
    return ZohoEntry(request.method, request.path, request.query, response.status, call.code, organization, now)


def _written(call: ZohoCall, response: WireResponse, base: str) -> RecordedWrite | None:
    """Those of the API; what is sent to an accounts server changes no record."""
    if base != BASE_PATH:
        return None
    return write(call.request, call.path, response.status, call.tenant.clock.now(), carried_out=call.carried_out)
