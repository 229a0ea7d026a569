"""Error answers: Spring Boot's shape plus correlation id and server version (contract section 7)."""

from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any, Literal

import orjson

from counterfoil_simulators.wire import WireResponse

type NotFoundForm = Literal["own", "empty", "json", "html", "other_id"]
"""The form of a 404: the API's own, no body, a gateway's JSON or its page, the API's own about another id."""


class RobawsApiError(Exception):
    """Ends a request with an error answer. `field` is the field that a validation error names."""

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
    """Make the 400 for an id, a filter, a sort or a body that is not understood."""
    return RobawsApiError(HTTPStatus.BAD_REQUEST, message, field=field)


def not_found() -> RobawsApiError:
    """Make the 404 for an unknown record or route."""
    return RobawsApiError(HTTPStatus.NOT_FOUND)


def method_not_allowed() -> RobawsApiError:
    """Make the 405 for a route that does not have this method."""
    return RobawsApiError(HTTPStatus.METHOD_NOT_ALLOWED)


def forbidden() -> RobawsApiError:
    """Make the 403 for an API user whose role lacks the module or the right."""
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
    """Render the error as a response. The shape of validation messages is unknown, so they can be left out."""
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


def render_not_found(form: NotFoundForm, own: WireResponse, trace: str) -> WireResponse:
    """Render a 404 in one of its forms. `own` is the API's; `trace` is new in every answer of a gateway."""
    match form:
        case "empty":
            return WireResponse(404, headers=own.headers)
        case "json":
            body = {"message": "no Route matched with those values", "request_id": trace.replace("-", "")}
            return WireResponse(404, orjson.dumps(body), "application/json; charset=utf-8")
        case "html":
            return html_page(404, "404 Not Found", f"nginx, request {trace}")
        case "other_id":
            body = orjson.loads(own.body)
            body["path"] = f"{str(body['path']).rpartition('/')[0]}/999999"
            return WireResponse(404, orjson.dumps(body), headers=own.headers)
        case _:
            return own


HTML_PAGE = (
    '<!DOCTYPE html>\n<html lang="en-US"><head><title>app.robaws.com | {title}</title></head>\n'
    '<body><div id="cf-wrapper"><h1>{title}</h1><p>{text}</p></div></body></html>\n'
)


def html_page(status: int, title: str, text: str) -> WireResponse:
    """Make a page of the proxy in front of the application: HTML, whatever type was requested."""
    body = HTML_PAGE.format(title=title, text=text).encode()
    return WireResponse(status, body, content_type="text/html; charset=UTF-8")
