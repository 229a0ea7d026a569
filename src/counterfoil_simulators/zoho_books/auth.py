"""Whether a call may go on: its token, its organisation, its scope (contract sections 1 and 5.2)."""

from counterfoil_simulators.zoho_books.errors import not_associated, not_authenticated, not_authorized
from counterfoil_simulators.zoho_books.oauth import FULL_ACCESS
from counterfoil_simulators.zoho_books.organization import SimulatedOrganization
from counterfoil_simulators.zoho_books.tenant import ZohoCall


def authenticate(call: ZohoCall) -> tuple[str, ...]:
    """The scopes of the token that came along: code 14 without one, code 57 for a dead one."""
    scheme, _, token = (call.request.header("authorization") or "").partition(" ")
    accepted = {"zoho-oauthtoken", "bearer"} if call.tenant.switches.bearer_accepted else {"zoho-oauthtoken"}
    if scheme.lower() not in accepted or not token.strip():
        raise not_authenticated()
    scopes = call.tenant.tokens.scopes_of(token.strip())
    if scopes is None:
        raise not_authorized()
    return scopes


def asked_organization(call: ZohoCall) -> SimulatedOrganization:
    """The organisation in the query, or code 6041. Without one it is the first, or an error by switch."""
    asked = call.request.query.get("organization_id")
    if not asked:
        if call.tenant.switches.missing_organization == "400" and call.path.strip("/") != "organizations":
            raise not_associated("")
        return call.tenant.default_organization
    found = call.tenant.organizations.get(asked)
    if found is None:
        raise not_associated(asked)
    return found


def authorize(scopes: tuple[str, ...], needed: str) -> None:
    """Code 57 for a token without the scope: no different from a dead one."""
    if needed not in scopes and FULL_ACCESS not in scopes:
        raise not_authorized()
