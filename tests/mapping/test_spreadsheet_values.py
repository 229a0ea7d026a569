"""Numbers in the cells of a file lose the decimals that a program gave them; an API's text stays (law 12)."""

import pytest

from counterfoil.mapping.mapper import MappingConfig
from counterfoil.mapping.mappers import mapper

SOURCES = {
    name: (name,) for name in ("name", "phone", "mobile", "vat_number", "postal_code", "country", "gl_account")
}
CELLS = {
    "name": "2.0",
    "phone": "475123456.0",
    "vat_number": "477472701.0",
    "postal_code": "9120.0",
    "gl_account": "1.0",
    "country": "BE",
}


def test_law_12_the_decimals_of_a_file_are_no_part_of_its_numbers() -> None:
    values = mapper(MappingConfig("file", sources=SOURCES, of_spreadsheet=True))("1", CELLS).values
    assert (values["postal_code"], values["phone"], values["phone_e164"]) == ("9120", "475123456", "+32475123456")
    assert (values["vat_number"], values["vat_normalized"]) == ("477472701", "BE0477472701")
    assert (values["name"], values["gl_account"]) == ("2.0", "1.0")


def test_the_text_of_an_api_stays_as_it_is() -> None:
    values = mapper(MappingConfig("file", sources=SOURCES))("1", CELLS).values
    assert (values["postal_code"], values["phone"]) == ("9120.0", "475123456.0")


@pytest.mark.parametrize(
    ("postcode", "land", "marked"),
    [("1067.0", "DE", True), ("1067", "Deutschland", True), ("01067", "DE", False), ("1067", "NL", False)],
)
def test_law_12_a_postcode_without_its_zero_is_marked_where_sure(
    postcode: str, land: str, *, marked: bool
) -> None:
    cells = {"name": "A", "postal_code": postcode, "country": land}
    mapped = mapper(MappingConfig("file", sources=SOURCES, of_spreadsheet=True))("1", cells)
    assert mapped.values["postal_code"] == postcode.removesuffix(".0")
    assert ("postal_code" in mapped.invalid) is marked
