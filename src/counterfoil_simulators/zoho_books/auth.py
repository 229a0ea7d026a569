"""The checks of a call: token, organisation, scope (contract sections 1 and 5.2)."""

from counterfoil_simulators.zoho_books.errors import not_associated, not_authenticated, not_authorized
from counterfoil_simulators.zoho_books.oauth import FULL_ACCESS
from counterfoil_simulators.zoho_books.organization import SimulatedOrganization
from counterfoil_simulators.zoho_books.tenant import ZohoCall


def authenticate(call: ZohoCall) -> tuple[str, ...]:
    """Return the scopes of the call's token. Raises code 14 without a token, code 57 for an invalid one."""
    scheme, _, token = (call.request.header("authorization") or "").partition(" ")
    accepted = {"zoho-oauthtoken", "bearer"} if call.tenant.switches.bearer_accepted else {"zoho-oauthtoken"}
    if scheme.lower() not in accepted or not token.strip():
        raise not_authenticated()
    scopes = call.tenant.tokens.scopes_of(token.strip())
    if scopes is None:
        raise not_authorized()
    return scopes


def find_organization(call: ZohoCall) -> SimulatedOrganization:
    """Return the organisation in the query. Raises code 6041.

    Without one it is the first organisation, or an error by switch.
    """
    organization_id = call.request.query.get("organization_id")
    if not organization_id:
        if call.tenant.switches.missing_organization == "400" and call.path.strip("/") != "organizations":
            raise not_associated("")
        return call.tenant.default_organization
    found = call.tenant.organizations.get(organization_id)
    if found is None:
        raise not_associated(organization_id)
    return found


def authorize(scopes: tuple[str, ...], needed: str) -> None:
    """Raise code 57 for a token without the scope, the same as for an invalid token."""
    if needed not in scopes and FULL_ACCESS not in scopes:
        raise not_authorized()
