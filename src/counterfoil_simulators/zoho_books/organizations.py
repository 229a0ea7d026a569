"""/organizations: the one call that needs no `organization_id` (contract section 1)."""

import orjson

from counterfoil_simulators.wire import WireResponse
from counterfoil_simulators.zoho_books.listing import JSON_TYPE
from counterfoil_simulators.zoho_books.tenant import ZohoCall


def list_organizations(call: ZohoCall) -> WireResponse:
    """GET /organizations: all organisations of the user."""
    rows = [organization.row() for organization in call.tenant.organizations.values()]
    if not call.tenant.switches.organizations_tell_country:
        rows = [{name: value for name, value in row.items() if not name.startswith("country")} for row in rows]
    return WireResponse(200, orjson.dumps({"code": 0, "message": "success", "organizations": rows}), JSON_TYPE)
