"""The way of a request: edge, authentication, limits, role, route, idempotency, answer."""

import traceback

from counterfoil_simulators.clock import http_date
from counterfoil_simulators.robaws import auth, errors, routes
from counterfoil_simulators.robaws.errors import RobawsApiError
from counterfoil_simulators.robaws.fault_answers import (
    apply_wire_faults,
    early_answer,
    limit_fault,
    raise_app_fault,
    stall,
)
from counterfoil_simulators.robaws.limits import RobawsVerdict
from counterfoil_simulators.robaws.tenant import RobawsCall, RobawsEntry, RobawsTenant
from counterfoil_simulators.wire import WireRequest, WireResponse
from counterfoil_simulators.writes import RecordedWrite, write

BASE_PATH = "/api/v2"


class RobawsApplication:
    """Answers API requests of one tenant. A bug in here is kept in `crashes`, not passed off as a fault."""

    def __init__(self, tenant: RobawsTenant) -> None:
        self.tenant = tenant
        self.crashes: list[str] = []

    def __call__(self, request: WireRequest) -> WireResponse:
        """The response to one request, with everything that every response carries."""
        call = RobawsCall(self.tenant, request, request.path.removeprefix(BASE_PATH))
        call.route = routes.name(request.method, call.path)
        self.tenant.stats.arrived()
        response = self._guarded(call)
        response.headers = {"date": http_date(self.tenant.clock.now()), **response.headers}
        key = request.header("idempotency-key")
        entry = RobawsEntry(
            request.method,
            request.path,
            request.query,
            response.status,
            call.mode,
            key,
            self.tenant.clock.now(),
        )
        self.tenant.stats.answered(call.route, entry, _written(call, response))
        return response

    def _guarded(self, call: RobawsCall) -> WireResponse:
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
            response = self._counted(call, headers)
        except RobawsApiError as error:
            response = self._error(call, error)
        response.headers = headers | response.headers
        response = early_answer(call, after=True) or response
        apply_wire_faults(call, response)
        return response

    def _counted(self, call: RobawsCall, headers: dict[str, str]) -> WireResponse:
        """Everything behind the limits; `headers` receives how they stand."""
        tenant, switches = self.tenant, self.tenant.switches
        if switches.temp_blocked or tenant.limits.is_blocked():
            raise auth.temp_blocked()
        call.user = auth.authenticate(call.request, tenant.credentials, switches)
        if call.replica and call.request.method not in {"GET", "HEAD", "OPTIONS"}:
            if switches.replica_write == "400":
                raise errors.bad_request("The replica is for reading")
            call.replica = False
        verdict: RobawsVerdict = limit_fault(call) or tenant.limits.ask(call.mode)
        headers.update(verdict.headers)
        if not verdict.allowed:
            if switches.body_429 == "error":
                raise RobawsApiError(429)
            return WireResponse(429)
        return tenant.idempotency.run(call.request, call.user, lambda: self._handled(call))

    def _handled(self, call: RobawsCall) -> WireResponse:
        """The handler's answer or error; gates may hold the request back before, and the answer."""
        self.tenant.gates.pass_by(call, before=True)
        try:
            response = self._routed(call)
            call.carried_out = True
        except RobawsApiError as error:
            response = self._error(call, error)
        self.tenant.gates.pass_by(call)
        return response

    def _routed(self, call: RobawsCall) -> WireResponse:
        found = routes.find(call.request.method, call.path)
        auth.authorize(call.request, found.module, self.tenant.switches)
        raise_app_fault(call)
        return found.handler(call, *found.parameters)

    def _error(self, call: RobawsCall, error: RobawsApiError) -> WireResponse:
        switches = self.tenant.switches
        return errors.render(
            error,
            path=call.request.path,
            moment=self.tenant.clock.now(),
            correlation_id=self.tenant.new_uuid(),
            server_version=switches.server_version,
            with_message=switches.error_message,
        )


def _written(call: RobawsCall, response: WireResponse) -> RecordedWrite | None:
    now = call.tenant.clock.now()
    return write(call.request, call.path, response.status, now, carried_out=call.carried_out)
