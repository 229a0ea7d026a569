"""The effect of a fault on the answer: replaced or missing (contract sections 1 and 5)."""

from http import HTTPStatus

from counterfoil_simulators.wire import WireResponse
from counterfoil_simulators.wire_faults import break_response
from counterfoil_simulators.zoho_books import errors, limits
from counterfoil_simulators.zoho_books.errors import ZohoApiError
from counterfoil_simulators.zoho_books.faults import ZohoFault
from counterfoil_simulators.zoho_books.tenant import ZohoCall


def edge_fault(call: ZohoCall, *, after: bool = False) -> WireResponse | None:
    """Return a fault's answer, made before the request is carried out; with `after`, made after it."""
    kinds = ("html_error", "interstitial", "not_found")
    fault = call.fault(*kinds, "server_error", after=True) if after else call.fault(*kinds, "timeout", "dropped")
    if fault is None:
        return None
    match fault.kind:
        case "server_error":
            return errors.render(errors.internal_error())
        case "html_error":
            status = fault.status or HTTPStatus.BAD_GATEWAY
            return errors.html_page(status, f"{status} {HTTPStatus(status).phrase}")
        case "interstitial":
            return errors.html_page(200, "Zoho Accounts", "Sign in to go on.")
        case "not_found":
            return errors.render_not_found(fault.form, call.tenant.switches.not_found_status)
        case _:
            return break_response(WireResponse(504), fault)


def raise_fault(call: ZohoCall) -> None:
    """Raise the fault that strikes inside the application, after the request was counted."""
    fault = call.fault("too_many_requests", "unauthorized", "server_error", "error")
    if fault is not None:
        raise _error(call, fault)


def _error(call: ZohoCall, fault: ZohoFault) -> ZohoApiError:
    match fault.kind:
        case "too_many_requests":
            return _refusal(fault)
        case "unauthorized":
            return errors.not_authorized()
        case "server_error":
            return errors.internal_error()
        case _:
            return ZohoApiError(fault.status or 400, fault.code, fault.message)


def _refusal(fault: ZohoFault) -> ZohoApiError:
    """Make a 429 without a used-up limit; code 43 was seen once, and its text is unknown."""
    match fault.code:
        case 0 | 44:
            error = limits.minute_exceeded(None)
        case 45:
            error = limits.day_exceeded(limits.DAILY["Free"])
        case 1070:
            error = limits.too_many_at_once()
        case _:
            error = ZohoApiError(429, fault.code, fault.message)
    if fault.retry_after is not None:
        error.headers["retry-after"] = str(fault.retry_after)
    return error
