"""The organisations that a user of Zoho Books belongs to (contract section 1)."""

from typing import Any

import msgspec

from counterfoil.connectors.http.client import not_json
from counterfoil.connectors.zoho_books.api import Api
from counterfoil.errors import InvalidResponse, WrongAddress
from counterfoil.normalize.country import country as country_code


class Organization(msgspec.Struct):
    """One row of GET /organizations, of which only id and name have to be as expected."""

    organization_id: str | int = ""
    name: str = ""
    country_code: Any = None

    @property
    def id(self) -> str:
        """A string of digits."""
        return str(self.organization_id)

    @property
    def country(self) -> str | None:
        """The two-letter code of its country; None where that is not said, or not understood."""
        return country_code(self.country_code).value if isinstance(self.country_code, str) else None


class _Organizations(msgspec.Struct):
    organizations: list[Organization]


def organizations(api: Api) -> list[Organization]:
    """All of them, by one call that names none. Raises WrongAddress where something else answers."""
    try:
        return api.get("organizations", {}, _decode, of_organization=False).value
    except InvalidResponse as error:
        raise WrongAddress(
            "What answers at this address is not the Zoho Books API (no JSON).", "Check --api-url."
        ) from error


def _decode(body: bytes) -> list[Organization]:
    try:
        return msgspec.json.decode(body, type=_Organizations).organizations
    except (msgspec.MsgspecError, UnicodeDecodeError):
        raise not_json("Zoho Books") from None
