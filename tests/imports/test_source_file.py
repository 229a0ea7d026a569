"""A file is read in its own encoding; a few broken bytes cost their rows, not the text of the others."""

import gzip
import json
from pathlib import Path

import pytest

from counterfoil.errors import InvalidInput, NotFound
from counterfoil.imports.source_file import IncomingRow, RejectedRow, open_file
from tests.support.workbook import write_xlsx

HEADER = "invoice_id;customer_id;customer_name"


def read(tmp_path: Path, content: bytes) -> list[IncomingRow | RejectedRow]:
    path = tmp_path / "legacy.csv"
    path.write_bytes(content)
    return list(open_file(path, {}).rows())


def test_a_row_in_another_encoding_is_rejected_alone(tmp_path: Path) -> None:
    good, broken, last = read(
        tmp_path, f"{HEADER}\n1;1;Café Zoë\n".encode() + "2;1;Café\n".encode("cp1252") + "3;1;Ünal\n".encode()
    )
    assert isinstance(good, IncomingRow)
    assert "Café Zoë" in good.item.raw.decode()
    assert isinstance(broken, RejectedRow)
    assert broken.line == 3
    assert isinstance(last, IncomingRow)


def test_a_cp1252_file_is_read_as_such_and_an_undefined_byte_costs_its_row(tmp_path: Path) -> None:
    good, broken = read(tmp_path, f"{HEADER}\n1;1;Café\n2;1;".encode("cp1252") + b"\x81\n")
    assert isinstance(good, IncomingRow)
    assert "Café" in good.item.raw.decode()
    assert isinstance(broken, RejectedRow)


def test_broken_json_lines_cost_only_themselves(tmp_path: Path) -> None:
    path = tmp_path / "legacy.jsonl"
    path.write_text('{"invoiceId": 4600000000000260017, "customerId": 5, "total": 0.1}\n{"invo\n[1]\n')
    first, *others = open_file(path, {}).rows()
    assert isinstance(first, IncomingRow)
    assert (first.item.external_id, first.customer, str(first.total)) == ("4600000000000260017", "5", "0.1")
    assert [(other.line, isinstance(other, RejectedRow)) for other in others] == [(2, True), (3, True)]


def test_a_missing_or_empty_file_is_rejected(tmp_path: Path) -> None:
    with pytest.raises(NotFound):
        open_file(tmp_path / "nothing.csv", {})
    (tmp_path / "empty.csv").write_text("")
    with pytest.raises(InvalidInput, match="empty"):
        open_file(tmp_path / "empty.csv", {})


@pytest.mark.parametrize("cut", ["4;1;Last", '4;1;"Last;x', "4;1", '4;"1', "4;1;Last\n"])
def test_law_12_a_cut_line_is_rejected_with_its_number_and_no_other(tmp_path: Path, cut: str) -> None:
    rows = read(tmp_path, f"{HEADER};total\n2;1;Acme;5\n{cut}".encode())
    assert isinstance(rows[0], IncomingRow)
    (rejected,) = rows[1:]
    assert isinstance(rejected, RejectedRow)
    assert (rejected.line, rejected.text) == (3, cut.rstrip("\n"))


def test_law_12_a_line_that_was_cut_in_a_quote_does_not_swallow_the_next_ones(tmp_path: Path) -> None:
    lines = [f"{HEADER};total", '1;1;"Ac', '2;1;"Beta";5', "3;1;Gamma;6", '4;1;"Del', "ta"]
    rows = read(tmp_path, "\n".join(lines).encode())
    assert [(row.line, isinstance(row, RejectedRow)) for row in rows] == [
        (2, True), (3, False), (4, False), (5, True), (6, True),
    ]  # fmt: skip


def test_columns_without_a_name_may_lack_their_cells(tmp_path: Path) -> None:
    (row,) = read(tmp_path, f"{HEADER};\n1;1;Acme\n".encode())
    assert isinstance(row, IncomingRow)


def test_a_column_that_the_first_object_leaves_out_is_found(tmp_path: Path) -> None:
    path = tmp_path / "legacy.jsonl"
    path.write_text(
        '{"invoiceId": "1", "customerId": "5"}\n{"invoiceId": "2", "customerId": "5", "dueDate": "2026-01-31"}\n'
    )
    assert open_file(path, {}).columns["due_date"] == "dueDate"


def test_a_workbook_a_packed_file_and_a_json_list_are_imported_like_any_other(tmp_path: Path) -> None:
    header, row = HEADER.split(";"), ["4600000000000260017", "5", "Café Zoë"]
    records = [dict(zip(header, row, strict=True))]
    book = write_xlsx(tmp_path / "a.xlsx", {"Facturen": [["Export"], [], header, row]})
    (tmp_path / "a.csv.gz").write_bytes(gzip.compress(f"sep=;\n{HEADER}\n{';'.join(row)}\n".encode("utf-16")))
    (tmp_path / "a.json").write_text(json.dumps({"invoices": records}, indent=1))
    for path in (book, tmp_path / "a.csv.gz", tmp_path / "a.json"):
        (found,) = open_file(path, {}).rows()
        assert isinstance(found, IncomingRow)
        assert (found.item.external_id, found.customer) == ("4600000000000260017", "5")
        assert json.loads(found.item.raw)["customer_name"] == "Café Zoë"


def test_columns_within_objects_can_be_chosen(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_text(json.dumps([{"doc": {"id": "7"}, "customer_id": "5", "sum": {"all": "12.50"}}]))
    (found,) = open_file(path, {"external_id": "doc.id", "total": "sum.all"}).rows()
    assert isinstance(found, IncomingRow)
    assert (found.item.external_id, str(found.total)) == ("7", "12.50")
