"""The steps of one request: proxy faults, authentication, limits, role, route, idempotency, answer."""

import traceback
from http import HTTPStatus

from counterfoil_simulators.clock import http_date
from counterfoil_simulators.recorded_writes import RecordedWrite, record_write
from counterfoil_simulators.robaws import auth, errors, routes
from counterfoil_simulators.robaws.errors import RobawsApiError
from counterfoil_simulators.robaws.fault_answers import (
    apply_wire_faults,
    early_answer,
    limit_fault,
    raise_app_fault,
    render_error,
    stall,
)
from counterfoil_simulators.robaws.limits import RobawsLimitResult
from counterfoil_simulators.robaws.tenant import RobawsCall, RobawsLogEntry, RobawsTenant
from counterfoil_simulators.wire import WireRequest, WireResponse

BASE_PATH = "/api/v2"


class RobawsApplication:
    """Answers the API requests of one tenant.

    A bug in the simulator is recorded in `crashes` and answered with 500; it does not count as an ordered fault.
    """

    def __init__(self, tenant: RobawsTenant) -> None:
        self.tenant = tenant
        self.crashes: list[str] = []

    def __call__(self, request: WireRequest) -> WireResponse:
        """Answer one request, add the headers that every response carries, and record it."""
        call = RobawsCall(self.tenant, request, request.path.removeprefix(BASE_PATH))
        call.route = routes.name_route(request.method, call.path)
        self.tenant.stats.count_request()
        response = self._answer_or_error(call)
        response.headers = {"date": http_date(self.tenant.clock.now()), **response.headers}
        key = request.header("idempotency-key")
        entry = RobawsLogEntry(
            request.method,
            request.path,
            request.query,
            response.status,
            call.mode,
            key,
            self.tenant.clock.now(),
        )
        self.tenant.stats.record_answer(call.route, entry, _record_write(call, response))
        return response

    def _answer_or_error(self, call: RobawsCall) -> WireResponse:
        try:
            return self._answer(call)
        except RobawsApiError as error:
            return self._error(call, error)
        except Exception:
            self.crashes.append(traceback.format_exc())
            return self._error(call, RobawsApiError(500, "The simulator crashed"))

    def _answer(self, call: RobawsCall) -> WireResponse:
        if not call.request.path.startswith(BASE_PATH + "/"):
            return errors.html_page(200, "Login", "Sign in to go on.")
        stall(call)
        early = early_answer(call, after=False)
        if early is not None:
            return early
        headers: dict[str, str] = {}
        try:
            response = self._answer_within_limits(call, headers)
        except RobawsApiError as error:
            response = self._error(call, error)
        response.headers = headers | response.headers
        response = early_answer(call, after=True) or response
        apply_wire_faults(call, response)
        return response

    def _answer_within_limits(self, call: RobawsCall, headers: dict[str, str]) -> WireResponse:
        """Authenticate, count and handle the request; fill `headers` with the rate limit headers."""
        tenant, switches = self.tenant, self.tenant.switches
        if switches.temp_blocked or tenant.limits.is_blocked():
            raise auth.temp_blocked()
        call.user = auth.authenticate(call.request, tenant.credentials, switches)
        if call.replica and call.request.method not in {"GET", "HEAD", "OPTIONS"}:
            if switches.replica_write == "400":
                raise errors.bad_request("The replica is for reading")
            call.replica = False
        result: RobawsLimitResult = limit_fault(call) or tenant.limits.acquire(call.mode)
        headers.update(result.headers)
        if not result.allowed:
            if switches.body_429 == "error":
                raise RobawsApiError(429)
            return WireResponse(429)
        return tenant.idempotency.run(call.request, call.user, lambda: self._handle(call))

    def _handle(self, call: RobawsCall) -> WireResponse:
        """Return the handler's answer or error; holds may stop the request before it is handled and after."""
        self.tenant.holds.apply(call, before=True)
        try:
            response = self._dispatch(call)
            call.carried_out = True
        except RobawsApiError as error:
            response = self._error(call, error)
        self.tenant.holds.apply(call)
        return response

    def _dispatch(self, call: RobawsCall) -> WireResponse:
        found = routes.find_route(call.request.method, call.path)
        auth.authorize(call.request, found.module, self.tenant.switches)
        raise_app_fault(call)
        if call.fault("late") is not None:
            self.tenant.late.append(lambda: found.handler(call, *found.parameters))
            raise RobawsApiError(504)
        return found.handler(call, *found.parameters)

    def _error(self, call: RobawsCall, error: RobawsApiError) -> WireResponse:
        own = render_error(call, error)
        if error.status != HTTPStatus.NOT_FOUND:
            return own
        return errors.render_not_found(self.tenant.switches.not_found_form, own, self.tenant.new_uuid())


def _record_write(call: RobawsCall, response: WireResponse) -> RecordedWrite | None:
    now = call.tenant.clock.now()
    return record_write(call.request, call.path, response.status, now, carried_out=call.carried_out)
