"""Contract sections 2.1 and 8: wrong lists, corrupt rows, and rows that move during a read."""

import json

import httpx2
import pytest

from counterfoil_simulators.zoho_books import ZohoBooksSimulator
from tests.simulators.zoho_books.asking import contacts, failure, ids, invoices, page

BY_NAME: dict[str, str | int] = {"per_page": 10, "contact_type": "customer"}
BY_CREATION = BY_NAME | {"sort_column": "created_time"}


def test_empty_list_and_the_context_agrees(sim: ZohoBooksSimulator, api: httpx2.Client) -> None:
    sim.control.fault("empty_list", times=1)
    body = page(api, "/contacts", per_page=10)
    assert (body["contacts"], body["page_context"]["has_more_page"]) == ([], False)


def test_empty_page_and_more_to_come(sim: ZohoBooksSimulator, api: httpx2.Client) -> None:
    sim.control.fault("empty_page", times=1)
    body = page(api, "/contacts", per_page=10)
    assert (body["contacts"], body["page_context"]["has_more_page"]) == ([], True)


def test_rows_missing_and_rows_twice(sim: ZohoBooksSimulator, api: httpx2.Client) -> None:
    whole = ids(contacts(api))
    sim.control.fault("short_page", count=2, times=1)
    short = ids(contacts(api))
    assert len(short) == 25
    assert set(short) < set(whole)
    sim.control.fault("duplicate_rows", page=2, times=1)
    assert ids(contacts(api, per_page=10, page=2)) == whole[9:19]


def test_pages_without_end_or_ending_too_soon(sim: ZohoBooksSimulator, api: httpx2.Client) -> None:
    sim.control.fault("endless", path="/contacts")
    assert page(api, "/contacts", page=9)["page_context"]["has_more_page"]
    sim.control.fault("cut_short", path="/invoices")
    assert not page(api, "/invoices", per_page=10)["page_context"]["has_more_page"]


def test_no_context_at_all(sim: ZohoBooksSimulator, api: httpx2.Client) -> None:
    sim.control.fault("no_page_context", times=1)
    assert list(page(api, "/contacts")) == ["code", "message", "contacts"]


def test_ignored_last_modified_time_of_either_list(sim: ZohoBooksSimulator, api: httpx2.Client) -> None:
    sim.control.fault("ignore_last_modified_time", times=2)
    future = "2099-01-01T00:00:00+0000"
    assert len(contacts(api, last_modified_time=future)) == 27
    assert len(invoices(api, last_modified_time=future)) == 75
    assert contacts(api, last_modified_time=future) == []


def test_garbage_rows_of_every_shape(sim: ZohoBooksSimulator, api: httpx2.Client) -> None:
    def second(shape: str) -> object:
        sim.control.fault("garbage", times=1, shape=shape, position=1)
        return invoices(api)[1]

    def second_row(shape: str) -> dict[str, object]:
        row = second(shape)
        assert isinstance(row, dict)
        return row

    assert isinstance(second("string"), str)
    assert second("null") is None
    assert "invoice_id" not in second_row("no_id")
    assert isinstance(second_row("integer_id")["invoice_id"], int)
    assert second_row("wrong_time")["last_modified_time"] == "yesterday"
    assert second_row("wrong_amount")["balance"] == "n/a"
    sim.control.fault("garbage", times=1, shape="name_object", position=1)
    assert isinstance(contacts(api)[1]["contact_name"], dict)


def test_one_record_can_be_garbage_wherever_it_is_read(sim: ZohoBooksSimulator, api: httpx2.Client) -> None:
    """Law 9: one bad record never stops the rest."""
    bad = sim.control.contact_ids()[3]
    sim.control.fault("garbage", shape="wrong_time", record=bad)
    wrong = [row["contact_id"] for row in contacts(api) if row["last_modified_time"] == "yesterday"]
    assert wrong == [bad]
    assert page(api, f"/contacts/{bad}")["contact"]["last_modified_time"] == "yesterday"


def test_invalid_utf8_in_one_row(sim: ZohoBooksSimulator, api: httpx2.Client) -> None:
    sim.control.fault("invalid_utf8", times=1, position=3)
    content = api.get("/contacts").content
    with pytest.raises(UnicodeDecodeError):
        content.decode()
    assert len(json.loads(content.decode(errors="replace"))["contacts"]) == 27


def test_deleted_and_merged_contacts_vanish_and_are_code_1002(sim: ZohoBooksSimulator, api: httpx2.Client) -> None:
    kept, merged, deleted = (sim.control.add_contact()[0] for _ in range(3))
    person, [invoice] = sim.control.add_person(merged), sim.control.add_invoice(merged)
    sim.control.merge_contacts(kept, merged)
    sim.control.delete_contact(deleted)
    listed = ids(contacts(api))
    assert [one in listed for one in (kept, merged, deleted)] == [True, False, False]
    assert [failure(api.get(f"/contacts/{one}")) for one in (merged, deleted)] == [(404, 1002)] * 2
    assert person in api.get(f"/contacts/{kept}").text
    assert page(api, f"/invoices/{invoice}")["invoice"]["customer_id"] == kept


def test_row_deleted_while_paging_makes_the_reader_miss_another(
    sim: ZohoBooksSimulator, api: httpx2.Client
) -> None:
    known = ids(contacts(api, **BY_CREATION | {"per_page": 200}))
    sim.control.fault("drift_delete", page=1, times=1)
    read = [one for number in (1, 2, 3) for one in ids(contacts(api, page=number, **BY_CREATION))]
    assert set(known) - set(read) == {known[10]}
    assert failure(api.get(f"/contacts/{known[0]}")) == (404, 1002)


def test_row_moved_to_the_front_while_paging_is_missed(sim: ZohoBooksSimulator, api: httpx2.Client) -> None:
    known = ids(contacts(api, **BY_NAME | {"per_page": 200}))
    sim.control.fault("drift_move", page=1, times=1)
    read = [one for number in (1, 2, 3) for one in ids(contacts(api, page=number, **BY_NAME))]
    assert set(known) - set(read) == {known[10]}
    assert len(read) == 25 != len(set(read))


def test_row_moved_to_the_back_while_paging_is_met_twice(sim: ZohoBooksSimulator, api: httpx2.Client) -> None:
    known = ids(contacts(api, **BY_NAME | {"per_page": 200}))
    sim.control.fault("drift_move", page=1, times=1, to="back", record=known[4])
    read = [one for number in (1, 2, 3) for one in ids(contacts(api, page=number, **BY_NAME))]
    assert (read.count(known[4]), read[-1]) == (2, known[4])
    assert set(known) - set(read) == {known[10]}


def test_creation_order_is_stable_under_edits(sim: ZohoBooksSimulator, api: httpx2.Client) -> None:
    known = ids(contacts(api, **BY_CREATION | {"per_page": 200}))
    sim.control.fault("drift_move", count=3)
    read = [one for number in (1, 2, 3) for one in ids(contacts(api, page=number, **BY_CREATION))]
    assert read == known


def test_control_moves_rows_by_name(sim: ZohoBooksSimulator, api: httpx2.Client) -> None:
    known = ids(contacts(api))
    sim.control.move_rows([known[20]])
    sim.control.move_rows([known[0]], to="back")
    moved = ids(contacts(api))
    assert (moved[0], moved[-1]) == (known[20], known[0])


def test_invoice_touched_while_paging_moves_by_time_of_change(sim: ZohoBooksSimulator, api: httpx2.Client) -> None:
    query: dict[str, str | int] = {"per_page": 25, "sort_column": "last_modified_time", "sort_order": "A"}
    sim.control.fault("drift_move", page=1, times=1, to="back")
    read = [one for number in (1, 2, 3) for one in ids(invoices(api, page=number, **query))]
    assert read.count(read[0]) == 2


def test_new_contact_appears_while_paging(sim: ZohoBooksSimulator, api: httpx2.Client) -> None:
    sim.control.fault("drift_insert", page=1, times=1)
    read = [one for number in (1, 2, 3) for one in ids(contacts(api, page=number, **BY_CREATION))]
    assert len(set(read)) == 26
