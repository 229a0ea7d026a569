"""The pages of a list, forward and back: every row exactly once, in order, whatever its name."""

import re
from datetime import timedelta

import pytest
from django.db.models import QuerySet
from django.test import Client
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from counterfoil.console.lists import pagination
from counterfoil.console.lists.admin_base import ListAdmin
from counterfoil.mirror import search
from counterfoil.mirror.models import Connection, Customer, QuarantinedRecord, Run
from counterfoil.mirror.pagination import Cursor, Ordered
from counterfoil.webhooks.models import Delivery, DeliveryState
from tests.console import making
from tests.console.asking import page

pytestmark = pytest.mark.django_db
LIST = "/customers/"
HOSTILE = [
    "", "", " ", "'", '"', "%", "_", "\\", "a", "A", "a", "Z", "é", "É", "e", "ß", "ss", "İ", "日本", "𐍈", "~",
    "Twin", "Twin", "Twin", "Twin-after-1", "0", "10", "9", "-1", "NULL", "'; --", "<b>", "a&b=c", "p=after-1",
]  # fmt: skip


def _shown(text: str) -> list[int]:
    return list(dict.fromkeys(int(key) for key in re.findall(r'href="/[a-z-]+/(\d+)/', text)))


def _walk(client: Client, address: str, way: str) -> list[tuple[str, list[int]]]:
    """Read the pages from an address on, as (address, keys)."""
    pages = []
    path = address.partition("?")[0]
    for _ in range(50):
        text = page(client, address)
        pages.append((address, _shown(text)))
        link = re.search(rf'rel="{way}" href="([^"]+)"', text)
        if link is None:
            return pages
        address = path + link[1].replace("&amp;", "&")
    raise AssertionError("the pages never end")


def _there_and_back(client: Client, address: str, expected: list[int]) -> None:
    on = _walk(client, address, "next")
    assert [key for _, keys in on for key in keys] == expected
    back = _walk(client, on[-1][0], "prev")
    assert [keys for _, keys in reversed(back)] == [keys for _, keys in on]


@pytest.fixture
def acme() -> Connection:
    return making.connection()


@pytest.fixture(autouse=True)
def _small_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ListAdmin, "list_per_page", 4)


def _in_order(rows: "QuerySet[Customer]") -> list[int]:
    return list(rows.order_by("name", "id").values_list("pk", flat=True))


@pytest.mark.parametrize("query", ["", "?role=POV", "?state=present&active=yes", "?connection=nonsense"])
@pytest.mark.parametrize("connections", [1, 3])
def test_every_row_is_on_exactly_one_page_in_both_directions(boss: Client, connections: int, query: str) -> None:
    made = [making.connection(f"number {number}") for number in range(connections)]
    for at, name in enumerate(HOSTILE):
        making.customer(made[at % connections], name, role="POV" if at % 3 else None)
    rows = Customer.objects.filter(role="POV") if "role" in query else Customer.objects.all()
    expected = [] if "nonsense" in query else _in_order(rows)
    _there_and_back(boss, LIST + query, expected)


def test_one_connection_of_several(boss: Client) -> None:
    some, other = making.connection("some"), making.connection("other")
    for at, name in enumerate(HOSTILE):
        making.customer(some if at % 2 else other, name)
    expected = _in_order(Customer.objects.filter(connection=other))
    _there_and_back(boss, f"{LIST}?connection={other.pk}", expected)


@pytest.mark.parametrize(("few", "surely_many"), [(1_000, 10_000), (3, 10_000), (3, 0)])
def test_a_search_pages_from_name_matches_to_other_matches(
    boss: Client, acme: Connection, monkeypatch: pytest.MonkeyPatch, few: int, surely_many: int
) -> None:
    monkeypatch.setattr(search, "FEW", few)
    monkeypatch.setattr(search, "SURELY_MANY", surely_many)
    named = [making.customer(acme, f"Garage {number % 5}").pk for number in range(9)]
    others = [making.customer(acme, f"Firm {number % 5}", city="Gargnano").pk for number in range(9)]
    making.customer(acme, "Somebody else")
    in_order = [
        *_in_order(Customer.objects.filter(pk__in=named)),
        *_in_order(Customer.objects.filter(pk__in=others)),
    ]
    many = few < len(named)
    _there_and_back(boss, f"{LIST}?q=gar", [*named, *others] if many else in_order)
    text = page(boss, f"{LIST}?q=gar")
    assert ("too many matches to sort by name" in text) == many
    assert ("of more than <b>3</b> customers" if many else "of <b>18</b> customers") in text


def test_runs_and_import_problems_have_pages(boss: Client, acme: Connection) -> None:
    now = timezone.now()
    runs = [making.run(acme).pk for _ in range(11)]
    _there_and_back(boss, "/runs/", runs[::-1])
    for number in range(11):
        QuarantinedRecord.objects.create(
            connection=acme, key=str(number), payload=b"{}", reason="no name",
            first_at=now, last_at=now - timedelta(hours=number % 3),
        )  # fmt: skip
    expected = QuarantinedRecord.objects.order_by("-last_at", "-id").values_list("pk", flat=True)
    _there_and_back(boss, "/import-problems/", list(expected))


@pytest.mark.parametrize("query", ["", "?state=dead", "?since=7", "?q=77", "?since=30&state=applied&q=77"])
@pytest.mark.parametrize("connections", [1, 3])
def test_webhooks_are_paged_newest_first(boss: Client, connections: int, query: str) -> None:
    now = timezone.now()
    made = [making.connection(f"number {number}") for number in range(connections)]
    for number in range(23):
        making.delivery(
            made[number % connections], DeliveryState.DEAD if number % 2 else DeliveryState.APPLIED,
            received_at=now - timedelta(seconds=number % 5), external_id=str(77 + number % 3 % 2),
        )  # fmt: skip
    rows = Delivery.objects.order_by("-received_at", "-id")
    if "state" in query:
        rows = rows.filter(state=DeliveryState.DEAD if "dead" in query else DeliveryState.APPLIED)
    if "q=" in query:
        rows = rows.filter(external_id="77")
    expected = list(rows.values_list("pk", flat=True))
    assert len(expected) > 4
    _there_and_back(boss, f"/webhooks/{query}", expected)


@pytest.mark.parametrize("backwards", [False, True])
def test_rows_without_a_value_are_on_a_page(acme: Connection, *, backwards: bool) -> None:
    now = timezone.now()
    for number in range(9):
        Run.objects.filter(pk=making.run(acme).pk).update(
            finished_at=None if number % 2 else now + timedelta(hours=number % 4)
        )
    for name in ("finished_at", "-finished_at"):
        rows = Run.objects.order_by(name, "id")
        part, expected = Ordered(rows), list(rows.values_list("pk", flat=True))
        found: list[int] = []
        cursor = None
        while some := part.keys(cursor, back=backwards, limit=2):
            found = [*some, *found] if backwards else [*found, *some]
            cursor = Cursor(some[0] if backwards else some[-1], backwards)
        assert found == expected


@settings(deadline=None, max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(names=st.lists(st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=3)))
def test_no_name_is_lost_between_two_pages(acme: Connection, names: list[str]) -> None:
    Customer.objects.all().delete()
    for name in names:
        making.customer(acme, name)
    part = Ordered(Customer.objects.order_by("name", "id"))
    expected, found = _in_order(Customer.objects.all()), list[int]()
    cursor: Cursor | None = None
    while True:
        leaf = pagination.list_page([part], cursor, 3)
        found += leaf.keys
        if not leaf.after:
            break
        cursor = Cursor(leaf.keys[-1], back=False)
    assert found == expected


@pytest.mark.parametrize(
    "place",
    [
        "after-",
        "after-0",
        "before-x",
        "after-99999999",
        "before-99999999",
        "after-" + "9" * 40,
        "2",
        "after-٣",
        "%00",
    ],
)
def test_an_unknown_place_shows_the_first_page(boss: Client, acme: Connection, place: str) -> None:
    making.customer(acme, "Abel")
    assert "Abel" in page(boss, f"{LIST}?p={place}")
    assert "Abel" in page(boss, f"{LIST}?q=abel&p={place}")


def test_an_address_contains_the_filters_and_no_name(boss: Client, acme: Connection) -> None:
    for _ in range(9):
        making.customer(acme, "Secretive Ltd", role="POV")
    addresses = [address for address, _ in _walk(boss, f"{LIST}?role=POV&q=secr", "next")]
    assert len(addresses) == 3
    assert all("role=POV" in address and "q=secr" in address for address in addresses)
    assert not any("Secretive" in address for address in addresses)


def test_a_row_that_no_longer_matches_still_marks_the_start_of_a_page(boss: Client, acme: Connection) -> None:
    keys = [making.customer(acme, f"Firm {number}", role="POV").pk for number in range(9)]
    following = _walk(boss, f"{LIST}?role=POV", "next")[1][0]
    Customer.objects.filter(pk=keys[3]).update(role=None)
    assert _shown(page(boss, following)) == keys[4:8]
