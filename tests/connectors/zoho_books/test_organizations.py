"""The country of an organisation is that of its row, if it is understood (contract section 1)."""

from typing import Any

import msgspec
import pytest

from counterfoil.connectors.zoho_books.organizations import Organization


@pytest.mark.parametrize(
    ("row", "country"),
    [
        ({"country_code": "IN"}, "IN"),
        ({"country_code": "in"}, "IN"),
        ({"country_code": "India"}, "IN"),
        ({}, None),
        ({"country_code": ""}, None),
        ({"country_code": None}, None),
        ({"country_code": 91}, None),
        ({"country_code": {"code": "IN"}}, None),
        ({"country_code": "Atlantis"}, None),
    ],
)
def test_an_unknown_country_is_none(row: dict[str, Any], country: str | None) -> None:
    said = {"organization_id": "10234695", "name": "Acme", **row}
    assert msgspec.convert(said, Organization).country == country
