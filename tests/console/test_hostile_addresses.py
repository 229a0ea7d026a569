"""Law 6, the front door: whatever stands in an address, the answer is a page or a plain refusal."""

import pytest
from django.test import Client

from tests.console import making

pytestmark = pytest.mark.django_db

LISTS = ["/customers/", "/invoices/", "/runs/", "/webhooks/", "/conflicts/", "/import-problems/", "/connections/"]
DJANGOS = ["/users/", "/groups/"]
NUL = "a\x00b"
MANY = " ".join(f"word{number}" for number in range(3_000))
DIGITS = "9" * 40
FILTERS = ("connection", "connection__id__exact", "page", "after", "state", "role", "o", "p")


def statuses(client: Client, address: str, name: str, values: list[str]) -> dict[str, int]:
    """Return the answers that are errors of ours, by value."""
    answers = {one: client.get(address, {name: one.encode("utf-8", "surrogatepass")}) for one in values}
    return {one: answer.status_code for one, answer in answers.items() if answer.status_code >= 500}


@pytest.mark.parametrize("address", [*LISTS, *DJANGOS])
def test_anything_can_stand_in_a_search_box(boss: Client, address: str) -> None:
    making.customer(making.connection("acme"), "Acme")
    typed = [NUL, MANY, DIGITS, "\ud800", "%", "'\"\\", "\u202e", "-" * 9_000, "x" * 100_000]
    assert statuses(boss, address, "q", typed) == {}


@pytest.mark.parametrize("address", LISTS)
def test_anything_can_stand_in_a_filter(boss: Client, address: str) -> None:
    making.customer(making.connection("acme"), "Acme")
    for name in FILTERS:
        assert statuses(boss, address, name, [DIGITS, "-1", NUL, "1e9", "", "1'", "[]", "\uff11"]) == {}, name


def test_anything_can_stand_where_a_key_belongs(boss: Client) -> None:
    for address in LISTS:
        for key in (DIGITS, "9" * 19, "-1", "0", "%00", "1%27", "abc", "\uff11"):
            assert boss.get(f"{address}{key}/").status_code < 500, (address, key)


def test_anything_can_be_typed_into_the_search_of_everything(boss: Client) -> None:
    assert statuses(boss, "/search/", "s", [DIGITS, f"run {DIGITS}", f"webhook {DIGITS}", NUL, MANY]) == {}
