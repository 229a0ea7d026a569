"""The accounts server of a data centre: consent page, token endpoint, revocation (contract section 1)."""

from urllib.parse import parse_qsl, urlencode

import orjson

from counterfoil.simulator.wire import Request, Response
from counterfoil.simulator.zoho_books.errors import html_page
from counterfoil.simulator.zoho_books.faults import Fault
from counterfoil.simulator.zoho_books.oauth import GrantError, Throttled
from counterfoil.simulator.zoho_books.tenant import Call

HOME, ELSEWHERE = "/accounts", "/accounts-elsewhere"
"""The user's data centre, and another, which does not know the client."""
LOCATION = "us"


def answer(call: Call, *, at_home: bool) -> Response:
    """The answer of this data centre's accounts server."""
    fault = call.fault("oauth_error", "throttled")
    if fault is not None:
        return _fault(call, fault)
    match call.request.method, call.path:
        case "GET", "/oauth/v2/auth":
            return _consent(call, at_home=at_home)
        case "POST", "/oauth/v2/token":
            return _token(call, at_home=at_home)
        case "POST", "/oauth/v2/token/revoke":
            return _revoke(call)
        case _, "/oauth/v2/auth" | "/oauth/v2/token" | "/oauth/v2/token/revoke":
            return html_page(405, "Method not allowed")
        case _:
            return html_page(404, "Page not found")


def _consent(call: Call, *, at_home: bool) -> Response:
    """The person agrees at once, or refuses by switch; either way the browser is sent back."""
    query = call.request.query
    redirect_uri = query.get("redirect_uri", "")
    if not at_home or query.get("client_id") != call.tenant.tokens.client.client_id:
        return html_page(200, "Error Occurred", "Invalid Client ID")
    if query.get("response_type") != "code" or not redirect_uri:
        return html_page(200, "Error Occurred", "Invalid Request")
    back = {"state": query["state"]} if "state" in query else {}
    if call.tenant.switches.consent == "refuse":
        back["error"] = "access_denied"
    else:
        scopes = tuple(filter(None, query.get("scope", "").split(",")))
        offline = query.get("access_type") == "offline"
        back["code"] = call.tenant.tokens.new_code(redirect_uri, scopes, offline=offline)
        back |= {"location": LOCATION, "accounts-server": call.tenant.url + HOME}
    joint = "&" if "?" in redirect_uri else "?"
    return Response(302, headers={"location": redirect_uri + joint + urlencode(back)})


def _token(call: Call, *, at_home: bool) -> Response:
    """A new access token; what is wrong is said with HTTP 200."""
    tokens, form = call.tenant.tokens, _form(call.request)
    try:
        if not at_home:
            raise GrantError("invalid_client")
        tokens.check_client(form.get("client_id", ""), form.get("client_secret", ""))
        refresh_token = None
        match form.get("grant_type"):
            case "refresh_token":
                access_token, grant = tokens.refresh(form.get("refresh_token", ""))
            case "authorization_code":
                access_token, grant, told = tokens.exchange(form.get("code", ""), form.get("redirect_uri", ""))
                refresh_token = grant.refresh_token if told else None
            case _:
                raise GrantError("unsupported_grant_type")
    except GrantError as error:
        return _error(error.word)
    except Throttled:
        return _throttled(call)
    return _json(
        200,
        {
            "access_token": access_token,
            **({} if refresh_token is None else {"refresh_token": refresh_token}),
            "scope": " ".join(grant.scopes),
            "api_domain": call.tenant.url,
            "token_type": "Bearer",
            "expires_in": call.tenant.switches.token_lifetime_seconds,
        },
    )


def _revoke(call: Call) -> Response:
    if call.tenant.tokens.revoke(_form(call.request).get("token", "")):
        return _json(200, {"status": "success"})
    return _json(400, {"error": "invalid_token"})


def _fault(call: Call, fault: Fault) -> Response:
    return _throttled(call) if fault.kind == "throttled" else _error(fault.error, fault.status or 200)


def _throttled(call: Call) -> Response:
    """Sources disagree on the status: it is a switch."""
    return _json(
        call.tenant.switches.token_throttle_status,
        {
            "error_description": "You have made too many requests continuously. Please try again after some time.",
            "error": "Access Denied",
            "status": "failure",
        },
    )


def _error(word: str, status: int = 200) -> Response:
    return _json(status, {"error": word})


def _json(status: int, body: object) -> Response:
    return Response(status, orjson.dumps(body), "application/json;charset=UTF-8")


def _form(request: Request) -> dict[str, str]:
    """The parameters, whether in the query or in the body."""
    return request.query | dict(parse_qsl(request.body.decode("utf-8", "replace"), keep_blank_values=True))
