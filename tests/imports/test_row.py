"""A row is an exact invoice, or is rejected with a reason; nothing is guessed and nothing raises."""

import json
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from counterfoil.connectors.file.row import FileRow
from counterfoil.imports.source_file import IncomingRow, RejectedRow, choose_columns, read_source_row
from counterfoil.mapping.imported_row import RowReader
from counterfoil.mapping.invoice import InvoiceMapper
from counterfoil.mapping.mapper import MappingConfig

ROW: dict[str, Any] = {
    "id": "7",
    "zohoInvoiceId": "4600000000000260017",
    "zohoCustomerId": "4600000000000970011",
    "customerName": "Acme Corp",
    "customerTimezone": "Europe/Brussels",
    "status": "sent",
    "dueDate": "2026-01-31T00:00:00.000Z",
    "amountTotal": "149.97",
    "amountDue": "49.97",
}
COLUMNS = choose_columns(list(ROW), {})
cells = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(), st.lists(st.text(), max_size=2))
digits = st.from_regex(r"[1-9][0-9]{18}", fullmatch=True)
amounts = st.decimals(-(10**14), 10**14, allow_nan=False, allow_infinity=False, places=6)


def accepted(**changed: Any) -> IncomingRow:
    found = read_source_row(FileRow(2, {**ROW, **changed}), COLUMNS)
    assert isinstance(found, IncomingRow)
    return found


def rejected(**changed: Any) -> str:
    found = read_source_row(FileRow(2, {**ROW, **changed}), COLUMNS)
    assert isinstance(found, RejectedRow)
    return found.reason


@given(st.fixed_dictionaries(dict.fromkeys(ROW, cells)))
def test_any_row_is_an_invoice_or_has_a_reason_why_not(values: dict[str, Any]) -> None:
    found = read_source_row(FileRow(2, values), COLUMNS)
    if isinstance(found, RejectedRow):
        assert found.reason
        assert found.text.encode()
    else:
        assert json.loads(found.item.raw).keys() == values.keys()
        assert found.item.external_id == found.item.external_id.strip() != ""


@given(st.text())
def test_any_text_of_a_broken_line_can_be_listed(text: str) -> None:
    found = read_source_row(FileRow(2, {}, "Line 2 is not readable JSON.", text), COLUMNS)
    assert isinstance(found, RejectedRow)
    assert found.reason == "is not readable JSON"
    assert found.text.encode().decode() == found.text


@given(digits)
def test_an_id_of_19_digits_is_kept_exactly_as_text_and_as_number(external_id: str) -> None:
    assert accepted(zohoInvoiceId=external_id).item.external_id == external_id
    assert accepted(zohoInvoiceId=int(external_id), zohoCustomerId=int(external_id)).customer == external_id


@pytest.mark.parametrize("damaged", ["4.6E+18", "4,6E+18", "46e17", 4.6e18])
def test_an_id_that_a_spreadsheet_has_shortened_is_rejected(damaged: object) -> None:
    assert "its last digits are lost" in rejected(zohoInvoiceId=damaged)


@pytest.mark.parametrize("nothing", ["", "  ", None, [], {}])
def test_a_row_without_an_id_is_rejected(nothing: object) -> None:
    assert rejected(zohoInvoiceId=nothing) == "has no invoice id in column “zohoInvoiceId”"


@given(amounts)
def test_amounts_are_exact(amount: Decimal) -> None:
    found = accepted(amountTotal=str(amount), amountDue=f"{amount:,}")
    assert (found.total, found.balance) == (amount, amount)


@pytest.mark.parametrize("written", ["1.234,50", "abc", "EUR 5", "NaN", "1e999", "12,5"])
def test_an_invalid_amount_is_rejected_and_never_guessed(written: str) -> None:
    assert "has a balance in column “amountDue” that is" in rejected(amountDue=written)


def test_empty_amounts_are_none_and_no_reason_to_reject() -> None:
    found = accepted(amountTotal="", amountDue=None)
    assert (found.total, found.balance) == (None, None)


def test_bytes_that_are_not_text_reject_their_row() -> None:
    assert "not valid in the encoding" in rejected(customerName="Caf\udce9")
    assert rejected(customerName="A\x00B") == "has a NUL character in column “customerName”"
    assert accepted(customerName="C:\\u0000").item.raw, "a backslash and letters"


@pytest.mark.parametrize("column", ["zohoInvoiceId", "zohoCustomerId", "status"])
def test_a_text_that_no_database_could_find_again_is_rejected(column: str) -> None:
    assert f"in column “{column}” that is too long" in rejected(**{column: "7" + "é" * 1_500})


@pytest.mark.parametrize("depth", [250, 400, 10_000])
def test_a_row_that_nests_too_deep_is_rejected(depth: int) -> None:
    text = '{"id":' + "[" * depth + "]" * depth + "}"
    found = read_source_row(FileRow(2, {**ROW, "id": [] if depth > 300 else deep(depth)}, text=text), COLUMNS)
    assert isinstance(found, RejectedRow)
    assert "in one another" in found.reason


def deep(levels: int) -> list[Any]:
    return [deep(levels - 1)] if levels > 1 else []


@given(st.fixed_dictionaries(dict.fromkeys(ROW, cells)))
def test_every_accepted_row_can_be_mapped(values: dict[str, Any]) -> None:
    found = read_source_row(FileRow(2, values), COLUMNS)
    if isinstance(found, IncomingRow):
        mapper = InvoiceMapper(MappingConfig("zoho_books"), RowReader(COLUMNS))
        mapped = mapper(found.item.external_id, mapper.decode(found.item.raw))
        assert (mapped.values["total"], mapped.values["balance"]) == (found.total, found.balance)


def test_columns_without_a_field_stay_visible() -> None:
    mapper = InvoiceMapper(MappingConfig("zoho_books"), RowReader(COLUMNS))
    mapped = mapper("1", mapper.decode(accepted(total="other", status="").item.raw))
    others = {"id": "7", "customerTimezone": "Europe/Brussels", "total (column)": "other"}
    assert mapped.extra == {**others, "customer_name": "Acme Corp"}
    assert mapped.values["due_date"].isoformat() == "2026-01-31"
    assert mapped.values["status"] is None


@pytest.mark.parametrize("nothing", ["NULL", "n/a", "-", r"\N", "#N/A", " "])
def test_law_12_a_word_for_an_empty_cell_is_no_amount_and_no_id(nothing: str) -> None:
    row = accepted(amountTotal=nothing, amountDue=nothing, zohoCustomerId=nothing)
    assert (row.total, row.balance, row.customer) == (None, None, "")
    assert "has no invoice id" in rejected(zohoInvoiceId=nothing)
    assert json.loads(row.item.raw)["amountTotal"] == nothing, "the payload stays as it came"
