"""The accounts server of a data centre: consent page, token endpoint, revocation (contract section 1)."""

import re
from urllib.parse import parse_qsl, urlencode

import orjson

from counterfoil_simulators.wire import WireRequest, WireResponse
from counterfoil_simulators.zoho_books.errors import html_page
from counterfoil_simulators.zoho_books.faults import ZohoFault
from counterfoil_simulators.zoho_books.oauth import GrantError, TokenThrottled
from counterfoil_simulators.zoho_books.tenant import ZohoCall

HOME, OTHER = "/accounts", "/accounts-elsewhere"
"""The user's data centre, and another, where the client is not registered."""
LOCATION = "us"
_SCOPE = re.compile(r"ZohoBooks\.\w+\.\w+")


def answer(call: ZohoCall, *, is_home: bool) -> WireResponse:
    """Answer a request to this data centre's accounts server."""
    fault = call.fault("oauth_error", "throttled")
    if fault is not None:
        return _fault(call, fault)
    match call.request.method, call.path:
        case "GET" | "POST", "/oauth/v2/auth":
            return _consent(call, is_home=is_home)
        case "POST", "/oauth/v2/token":
            return _token(call, is_home=is_home)
        case "POST", "/oauth/v2/token/revoke":
            return _revoke(call)
        case _, "/oauth/v2/auth" | "/oauth/v2/token" | "/oauth/v2/token/revoke":
            return html_page(405, "Method not allowed")
        case _:
            return html_page(404, "Page not found")


def _consent(call: ZohoCall, *, is_home: bool) -> WireResponse:
    """Accept or refuse, by switch or by a button on the page, and redirect the browser to the application."""
    query, switches = call.request.query, call.tenant.switches
    page_error = _page_error(call, is_home=is_home)
    if page_error:
        return html_page(200, "Error Occurred", page_error)
    choice = _body(call.request).get("consent", "") if switches.consent == "ask" else switches.consent
    if choice not in {"accept", "refuse"}:
        return html_page(200, "Simulated Zoho", _BUTTONS)
    redirect_uri = query["redirect_uri"]
    back = {"state": query["state"]} if "state" in query else {}
    if choice == "refuse":
        back["error"] = "access_denied"
    else:
        offline = query.get("access_type") == "offline"
        back["code"] = call.tenant.tokens.new_code(redirect_uri, _scopes(call), offline=offline)
        back |= {"location": LOCATION, "accounts-server": call.tenant.url + HOME}
    joint = "&" if "?" in redirect_uri else "?"
    return WireResponse(302, headers={"location": redirect_uri + joint + urlencode(back)})


def _page_error(call: ZohoCall, *, is_home: bool) -> str:
    """Return the error shown on Zoho's page. An unverified address is never redirected to."""
    query, registered = call.request.query, call.tenant.switches.redirect_uri
    if not is_home or query.get("client_id") != call.tenant.tokens.client.client_id:
        return "Invalid Client ID"
    if query.get("response_type") != "code" or not query.get("redirect_uri"):
        return "Invalid Request"
    if registered is not None and query["redirect_uri"] != registered:
        return "Invalid Redirect Uri"
    scopes = _scopes(call)
    return "" if scopes and all(map(_SCOPE.fullmatch, scopes)) else "Invalid OAuth Scope"


def _scopes(call: ZohoCall) -> tuple[str, ...]:
    return tuple(filter(None, call.request.query.get("scope", "").split(",")))


_BUTTONS = (
    '<p>An application asks for leave to use your books.</p><form method="post">'
    '<button name="consent" value="accept">Accept</button> <button name="consent" value="refuse">Reject</button>'
    "</form>"
)


def _token(call: ZohoCall, *, is_home: bool) -> WireResponse:
    """Issue an access token; most errors come with HTTP 200."""
    tokens, form = call.tenant.tokens, _form(call.request)
    try:
        if not is_home:
            raise GrantError("invalid_client")
        tokens.check_client(form.get("client_id", ""), form.get("client_secret", ""))
        refresh_token = None
        match form.get("grant_type"):
            case "refresh_token":
                access_token, grant = tokens.refresh(form.get("refresh_token", ""))
            case "authorization_code":
                access_token, grant, offline = tokens.exchange(form.get("code", ""), form.get("redirect_uri", ""))
                refresh_token = grant.refresh_token if offline else None
            case _:
                raise GrantError("unsupported_grant_type")
    except GrantError as error:
        return _error(error.word)
    except TokenThrottled:
        return _throttled(call)
    return _json(
        200,
        {
            "access_token": access_token,
            **({} if refresh_token is None else {"refresh_token": refresh_token}),
            **({"scope": " ".join(grant.scopes)} if call.tenant.switches.token_names_scopes else {}),
            "api_domain": call.tenant.url,
            "token_type": "Bearer",
            "expires_in": call.tenant.switches.token_lifetime_seconds,
        },
    )


def _revoke(call: ZohoCall) -> WireResponse:
    if call.tenant.tokens.revoke(_form(call.request).get("token", "")):
        return _json(200, {"status": "success"})
    return _json(400, {"error": "invalid_token"})


def _fault(call: ZohoCall, fault: ZohoFault) -> WireResponse:
    return _throttled(call) if fault.kind == "throttled" else _error(fault.error, fault.status or 200)


def _throttled(call: ZohoCall) -> WireResponse:
    """Answer that too many tokens were requested. Sources disagree on the status: it is a switch."""
    return _json(
        call.tenant.switches.token_throttle_status,
        {
            "error_description": "You have made too many requests continuously. Please try again after some time.",
            "error": "Access Denied",
            "status": "failure",
        },
    )


def _error(word: str, status: int = 200) -> WireResponse:
    return _json(status, {"error": word})


def _json(status: int, body: object) -> WireResponse:
    return WireResponse(status, orjson.dumps(body), "application/json;charset=UTF-8")


def _form(request: WireRequest) -> dict[str, str]:
    """Return the parameters, from the query and the body."""
    return request.query | _body(request)


def _body(request: WireRequest) -> dict[str, str]:
    return dict(parse_qsl(request.body.decode("utf-8", "replace"), keep_blank_values=True))
