"""Error answers: `{"code": .., "message": ".."}` with a code that is not 0 (contract section 5.2)."""

from http import HTTPStatus
from typing import Literal

import orjson

from counterfoil_simulators.wire import WireResponse

type NotFoundForm = Literal["own", "empty", "json", "html", "other_code"]
"""The form of a 404: code 1002, without a body, a gateway's JSON or its page, another code of the API."""


class ZohoApiError(Exception):
    """Ends a request with an error answer: an HTTP status and Zoho's own code."""

    def __init__(self, status: int, code: int, message: str, *, headers: dict[str, str] | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.headers = headers or {}


def invalid_value(parameter: str) -> ZohoApiError:
    """Make the 400, code 2, for a parameter with an invalid value."""
    return ZohoApiError(HTTPStatus.BAD_REQUEST, 2, f"Invalid value passed for {parameter}")


def refused_value(field: str, style: str) -> ZohoApiError:
    """Make the 400 for a value in a body that is too long, of the wrong type, or invalid."""
    if style == "words":
        return ZohoApiError(HTTPStatus.BAD_REQUEST, 4, "Please enter a valid value.")
    return ZohoApiError(HTTPStatus.BAD_REQUEST, int(style), f"Invalid value passed for {field}")


def missing_value(field: str) -> ZohoApiError:
    """Make the 400, code 6, for a body without a required field."""
    return ZohoApiError(HTTPStatus.BAD_REQUEST, 6, f"Please enter the {field}")


def duplicate_name(name: str) -> ZohoApiError:
    """Make the 400, code 3062, for a name that another contact has."""
    return ZohoApiError(HTTPStatus.BAD_REQUEST, 3062, f'The customer "{name}" already exists.')


def in_use(code: int) -> ZohoApiError:
    """Make the 400 for the deletion of a contact that has transactions."""
    return ZohoApiError(HTTPStatus.BAD_REQUEST, code, "This contact has transactions and cannot be deleted.")


def invalid_url() -> ZohoApiError:
    """Make the 404, code 5, for an unknown address."""
    return ZohoApiError(HTTPStatus.NOT_FOUND, 5, "Invalid URL Passed")


def method_not_allowed() -> ZohoApiError:
    """Make the 405, code 37, for an address that does not have this method."""
    return ZohoApiError(HTTPStatus.METHOD_NOT_ALLOWED, 37, "Method not allowed")


def does_not_exist(noun: str, status: int = HTTPStatus.NOT_FOUND) -> ZohoApiError:
    """Make code 1002 for a record that does not exist, or was deleted."""
    return ZohoApiError(status, 1002, f"{noun} does not exist.")


def not_authorized() -> ZohoApiError:
    """Make the 401, code 57, for an invalid token or one without the scope. The two look the same."""
    return ZohoApiError(HTTPStatus.UNAUTHORIZED, 57, "You are not authorized to perform this operation")


def not_authenticated() -> ZohoApiError:
    """Make the 401, code 14, for a missing or unreadable Authorization header."""
    return ZohoApiError(
        HTTPStatus.UNAUTHORIZED,
        14,
        "The request could not be authenticated as the authentication value you entered is invalid.",
    )


def not_associated(organization: str) -> ZohoApiError:
    """Make the 400, code 6041, for the organisation of another user or data centre."""
    return ZohoApiError(
        HTTPStatus.BAD_REQUEST,
        6041,
        f"This user is not associated with the CompanyID/CompanyName:{organization}.",
    )


def internal_error() -> ZohoApiError:
    """Make the 500, code 1000."""
    return ZohoApiError(HTTPStatus.INTERNAL_SERVER_ERROR, 1000, "Internal error")


def render(error: ZohoApiError) -> WireResponse:
    body = orjson.dumps({"code": error.code, "message": error.message})
    return WireResponse(
        error.status, body, content_type="application/json;charset=UTF-8", headers=dict(error.headers)
    )


def render_not_found(form: NotFoundForm, status: int = HTTPStatus.NOT_FOUND) -> WireResponse:
    """Render a 404 in one of its forms. `status` is that of the API's own."""
    match form:
        case "empty":
            return WireResponse(404)
        case "json":
            return WireResponse(404, b'{"message": "no Route matched with those values"}')
        case "html":
            return html_page(404, "404 Not Found")
        case "other_code":
            return render(invalid_url())
        case _:
            return render(does_not_exist("Resource", status))


def html_page(status: int, title: str, text: str = "") -> WireResponse:
    """Make a page of the server in front of the application: HTML, whatever type was requested."""
    body = (
        f'<!DOCTYPE html>\n<html><head><title>{title}</title><link rel="icon" href="data:,"></head>'
        f"<body><h1>{title}</h1>{text}</body></html>\n"
    )
    return WireResponse(status, body.encode(), content_type="text/html;charset=UTF-8")
