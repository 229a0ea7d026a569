"""The steps of one request: server, proxy faults, token, organisation, limits, scope, route, answer."""

import traceback

from counterfoil_simulators.clock import http_date
from counterfoil_simulators.recorded_writes import RecordedWrite, record_write
from counterfoil_simulators.wire import WireRequest, WireResponse
from counterfoil_simulators.wire_faults import WIRE, break_response, delay_seconds
from counterfoil_simulators.zoho_books import accounts, auth, errors, routes
from counterfoil_simulators.zoho_books.errors import ZohoApiError
from counterfoil_simulators.zoho_books.fault_answers import edge_fault, raise_fault
from counterfoil_simulators.zoho_books.stats import ZohoLogEntry
from counterfoil_simulators.zoho_books.tenant import ZohoCall, ZohoTenant

BASE_PATH = "/books/v3"


class ZohoApplication:
    """Answers the requests to one tenant.

    A bug in the simulator is recorded in `crashes` and answered with 500; it does not count as an ordered fault.
    """

    def __init__(self, tenant: ZohoTenant) -> None:
        self.tenant = tenant
        self.crashes: list[str] = []

    def __call__(self, request: WireRequest) -> WireResponse:
        """Answer one request, add the headers that every response carries, and record it."""
        base = next((base for base in (BASE_PATH, accounts.OTHER, accounts.HOME) if _is_below(request, base)), "")
        call = ZohoCall(self.tenant, request, request.path.removeprefix(base))
        if base == BASE_PATH:
            call.route = routes.name_route(request.method, call.path)
        elif base:
            call.route = f"{request.method} {call.path}"
        self.tenant.stats.count_request()
        response = self._answer_or_fault(call, base)
        response.headers = {"date": http_date(self.tenant.clock.now()), **response.headers}
        self.tenant.stats.record_answer(
            call.route, _log_entry(call, response), _record_write(call, response, base)
        )
        return response

    def _answer_or_fault(self, call: ZohoCall, base: str) -> WireResponse:
        try:
            response = edge_fault(call) or self._answer(call, base)
        except Exception:
            self.crashes.append(traceback.format_exc())
            response = errors.render(errors.internal_error())
        response = edge_fault(call, after=True) or response
        for fault in call.faults(*WIRE, after=True):
            break_response(response, fault)
        return response

    def _answer(self, call: ZohoCall, base: str) -> WireResponse:
        if base == BASE_PATH:
            return self._api(call)
        if base:
            self._stall(call)
            response = accounts.answer(call, is_home=base == accounts.HOME)
            self.tenant.holds.apply(call)
            return response
        return errors.html_page(404, "Page not found")

    def _api(self, call: ZohoCall) -> WireResponse:
        """Answer an API request; the daily limit headers are added once the organisation is known."""
        try:
            scopes = auth.authenticate(call)
            call.found = auth.find_organization(call)
            call.found.limits.enter()
        except ZohoApiError as error:
            response = self._render_error(call, error)
        else:
            response = self._handle(call, scopes)
        if call.found is not None:
            response.headers = call.found.limits.headers() | response.headers
        return response

    def _handle(self, call: ZohoCall, scopes: tuple[str, ...]) -> WireResponse:
        """Handle a request within the limits; it counts as in progress until its answer is released."""
        try:
            self._stall(call)
            self.tenant.holds.apply(call, before=True)
            try:
                response = self._dispatch(call, scopes)
                call.code = 0
                call.carried_out = True
            except ZohoApiError as error:
                response = self._render_error(call, error)
            self.tenant.holds.apply(call)
            return response
        finally:
            call.organization.limits.leave()

    def _dispatch(self, call: ZohoCall, scopes: tuple[str, ...]) -> WireResponse:
        route, parameters = routes.find_route(call.request.method, call.path)
        auth.authorize(scopes, route.scope)
        raise_fault(call)
        return route.handler(call, *parameters)

    def _render_error(self, call: ZohoCall, error: ZohoApiError) -> WireResponse:
        call.code = error.code
        return errors.render(error)

    def _stall(self, call: ZohoCall) -> None:
        seconds = delay_seconds(self.tenant.switches.latency_ms, call.faults("latency"), self.tenant.dice)
        if seconds > 0:
            self.tenant.stopping.wait(seconds)


def _is_below(request: WireRequest, base: str) -> bool:
    return request.path.startswith(base + "/")


def _log_entry(call: ZohoCall, response: WireResponse) -> ZohoLogEntry:
    request, organization = call.request, None if call.found is None else call.found.id
    now = call.tenant.clock.now()
    return ZohoLogEntry(request.method, request.path, request.query, response.status, call.code, organization, now)


def _record_write(call: ZohoCall, response: WireResponse, base: str) -> RecordedWrite | None:
    """Record writes of the API only; requests to an accounts server change no record."""
    if base != BASE_PATH:
        return None
    return record_write(
        call.request, call.path, response.status, call.tenant.clock.now(), carried_out=call.carried_out
    )
