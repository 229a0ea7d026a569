"""The organisations that a user of Zoho Books belongs to (contract section 1)."""

from typing import Any

import msgspec

from counterfoil.connectors.http.client import not_json_error
from counterfoil.connectors.zoho_books import messages
from counterfoil.connectors.zoho_books.api import Api
from counterfoil.errors import InvalidResponse, WrongAddress
from counterfoil.normalize.country import country as country_code


class Organization(msgspec.Struct):
    """One row of GET /organizations. Only id and name must have the expected type."""

    organization_id: str | int = ""
    name: str = ""
    country_code: Any = None

    @property
    def id(self) -> str:
        """Its id, a string of digits."""
        return str(self.organization_id)

    @property
    def country(self) -> str | None:
        """The two-letter code of its country; None if it is missing or not understood."""
        return country_code(self.country_code).value if isinstance(self.country_code, str) else None


class _Organizations(msgspec.Struct):
    organizations: list[Organization]


def list_organizations(api: Api) -> list[Organization]:
    """List all of them, by one call. Raises WrongAddress if the response is not the API's."""
    try:
        return api.get("organizations", {}, _decode, of_organization=False).value
    except InvalidResponse as error:
        raise WrongAddress(messages.NO_JSON_API(), messages.CHECK_API_URL()) from error


def _decode(body: bytes) -> list[Organization]:
    try:
        return msgspec.json.decode(body, type=_Organizations).organizations
    except (msgspec.MsgspecError, UnicodeDecodeError):
        raise not_json_error("Zoho Books") from None
