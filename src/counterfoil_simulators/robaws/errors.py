"""What goes wrong: Spring Boot's error shape plus correlation id, server version (contract section 7)."""

from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any

import orjson

from counterfoil_simulators.wire import WireResponse


class RobawsApiError(Exception):
    """Ends a request with an error answer. `field` names the culprit of a validation error."""

    def __init__(
        self,
        status: int,
        message: str = "",
        *,
        field: str | None = None,
        headers: dict[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.field = field
        self.headers = headers or {}


def bad_request(message: str, field: str | None = None) -> RobawsApiError:
    """400: an id, a filter, a sort or a body that is not understood."""
    return RobawsApiError(HTTPStatus.BAD_REQUEST, message, field=field)


def not_found() -> RobawsApiError:
    """404: no such record, or no such route."""
    return RobawsApiError(HTTPStatus.NOT_FOUND)


def method_not_allowed() -> RobawsApiError:
    """405: the route exists, not with this method."""
    return RobawsApiError(HTTPStatus.METHOD_NOT_ALLOWED)


def forbidden() -> RobawsApiError:
    """403: the API user's role lacks the module or the right."""
    return RobawsApiError(HTTPStatus.FORBIDDEN)


def render(
    error: RobawsApiError,
    *,
    path: str,
    moment: float,
    correlation_id: str,
    server_version: str,
    with_message: bool,
) -> WireResponse:
    """The error as a response. The shape of validation messages is unknown, so they can be left out."""
    body: dict[str, Any] = {
        "timestamp": datetime.fromtimestamp(moment, UTC).isoformat(timespec="milliseconds"),
        "status": int(error.status),
        "error": HTTPStatus(error.status).phrase,
    }
    if with_message and error.message:
        body["message"] = error.message
        if error.field:
            body["errors"] = [{"field": error.field, "defaultMessage": error.message}]
    body |= {"path": path, "correlationId": correlation_id, "serverVersion": server_version}
    return WireResponse(error.status, orjson.dumps(body), headers=dict(error.headers))


HTML_PAGE = (
    '<!DOCTYPE html>\n<html lang="en-US"><head><title>app.robaws.com | {title}</title></head>\n'
    '<body><div id="cf-wrapper"><h1>{title}</h1><p>{text}</p></div></body></html>\n'
)


def html_page(status: int, title: str, text: str) -> WireResponse:
    """A page from the proxy in front of the application: not JSON, whatever was asked for."""
    body = HTML_PAGE.format(title=title, text=text).encode()
    return WireResponse(status, body, content_type="text/html; charset=UTF-8")
