"""The effect of a fault on the answer: late, replaced, cut short or missing (contract sections 4, 7)."""

from http import HTTPStatus
from typing import get_args

from counterfoil_simulators.robaws import auth, errors
from counterfoil_simulators.robaws.errors import RobawsApiError
from counterfoil_simulators.robaws.faults import AppKind, EdgeKind, RobawsFault
from counterfoil_simulators.robaws.limits import RobawsLimitResult
from counterfoil_simulators.robaws.tenant import RobawsCall
from counterfoil_simulators.wire import WireResponse
from counterfoil_simulators.wire_faults import WIRE, break_response, delay_seconds

EDGE: tuple[str, ...] = tuple(kind for kind in get_args(EdgeKind.__value__) if kind != "latency")
APP: tuple[str, ...] = get_args(AppKind.__value__)


def stall(call: RobawsCall) -> None:
    """Wait for the tenant's usual latency and the ordered latency on top."""
    tenant = call.tenant
    seconds = delay_seconds(tenant.switches.latency_ms, call.faults("latency"), tenant.dice)
    if seconds > 0:
        tenant.stopping.wait(seconds)


def early_answer(call: RobawsCall, *, after: bool) -> WireResponse | None:
    """Return a fault's answer in place of the application's; with `after`, the application has done its work."""
    kinds = (*EDGE, *APP) if after else (*EDGE, "timeout", "dropped")
    fault = call.fault(*kinds, after=after)
    return None if fault is None else _instead(call, fault)


def raise_app_fault(call: RobawsCall) -> None:
    """Raise the fault that strikes inside the application, after the request was counted."""
    fault = call.fault(*APP)
    if fault is not None:
        raise _error(call, fault)


def limit_fault(call: RobawsCall) -> RobawsLimitResult | None:
    """Return an ordered 429, sent although the limit is not reached."""
    fault = call.fault("rate_limited", "daily_exhausted")
    if fault is None:
        return None
    return call.tenant.limits.refuse(call.mode, daily=fault.kind == "daily_exhausted")


def apply_wire_faults(call: RobawsCall, response: WireResponse) -> None:
    """Let the finished response end early, late or never, or with another header."""
    for fault in call.faults(*WIRE, after=True):
        break_response(response, fault)


def _instead(call: RobawsCall, fault: RobawsFault) -> WireResponse:
    if fault.kind == "html_error":
        status = fault.status or HTTPStatus.BAD_GATEWAY
        title = f"{status}: {HTTPStatus(status).phrase}"
        return errors.html_page(status, title, "The web server reported an error.")
    if fault.kind == "interstitial":
        return errors.html_page(200, "Just a moment...", "Checking if the site connection is secure.")
    if fault.kind in {"timeout", "dropped"}:
        return break_response(WireResponse(504), fault)
    if fault.kind == "not_found":
        return errors.render_not_found(fault.form, render_error(call, errors.not_found()), call.tenant.new_uuid())
    raise _error(call, fault)


def render_error(call: RobawsCall, error: RobawsApiError) -> WireResponse:
    """Render the application's own error."""
    switches = call.tenant.switches
    return errors.render(
        error,
        path=call.request.path,
        moment=call.tenant.clock.now(),
        correlation_id=call.tenant.new_uuid(),
        server_version=switches.server_version,
        with_message=switches.error_message,
    )


def _error(call: RobawsCall, fault: RobawsFault) -> RobawsApiError:
    match fault.kind:
        case "temp_blocked":
            return auth.temp_blocked()
        case "wrong_credentials":
            return auth.unauthorized(call.tenant.switches)
        case "forbidden":
            return errors.forbidden()
        case "error":
            return RobawsApiError(fault.status or HTTPStatus.BAD_REQUEST)
        case _:
            return RobawsApiError(500)
