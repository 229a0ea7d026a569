"""Laws 2 and 11 for values that change although the modified time of their record stands still."""

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from counterfoil.mirror import coverage
from counterfoil.mirror.models import Change, Customer, Invoice
from counterfoil_simulators.zoho_books import ZohoBooksSimulator
from tests.support.books import Books
from tests.support.clock import at_noon
from tests.support.mirrored import Mirrored, fingerprints


@pytest.fixture
def books(transactional_db: None) -> Iterator[Books]:
    """Connect to an organisation, mirrored already."""
    with (
        at_noon(),
        ZohoBooksSimulator(contacts=20, persons=10, invoices=30, vendors=0, seed=5, rate=None) as sim,
    ):
        books = Books.connect(sim, window_days=1_100)
        books.sync()
        yield books


def test_law_2_a_link_with_a_new_token_in_each_answer_rewrites_nothing(books: Books) -> None:
    first, second = (
        books.sim.control.invoice(one)["invoice_url"] for one in [books.sim.control.invoice_ids()[0]] * 2
    )
    assert first != second, "the simulator gives a new one each time"
    before = fingerprints("invoice"), Change.objects.count()
    for full in (True, False):
        assert books.sync(full=full)["invoice"].updated == 0
    assert (fingerprints("invoice"), Change.objects.count()) == before
    assert not Invoice.objects.filter(extra__has_key="invoice_url").exists()
    assert coverage.warnings(books.connection.pk) == []


def test_a_silent_payment_is_mirrored_and_not_reported(books: Books) -> None:
    control = books.sim.control
    control.switch(balances_move_silently=True)
    for number in range(3):
        paid = Invoice.objects.filter(balance__gt=1, status__in=("sent", "overdue")).order_by("pk")[number]
        shown = control.pay(str(paid.external_id), amount="0.50")["balance"]
        books.sync(full=True)
        assert float(Invoice.objects.get(pk=paid.pk).balance or 0) == float(shown)
    assert coverage.warnings(books.connection.pk) == []


def test_law_11_a_field_that_changes_twice_without_a_new_time_is_reported_by_name(books: Books) -> None:
    books.sim.control.switch(changing_fields=("sales_channel", "source"))
    books.sync(full=True)
    assert coverage.warnings(books.connection.pk) == [], "once may be a correction"
    books.sync(full=True)
    sentence = "Zoho Books changes these fields of {} without a new modified time: sales_channel, source. {}"
    assert coverage.warnings(books.connection.pk) == [
        sentence.format(nouns, "Only full syncs are sure to notice.") for nouns in ("customers", "invoices")
    ]
    books.sim.control.switch(changing_fields=())
    books.sync(full=True)
    books.sync(full=True)
    assert coverage.warnings(books.connection.pk) == []


def test_law_11_a_mapped_field_is_reported_by_the_name_people_know(mirror: Mirrored) -> None:
    mirror.sync()
    for city in ("Brugge", "Aalst"):
        mirror.sim.control.change(
            mirror.sim.control.ids()[:1], fields={"address": {"city": city}}, touch_updated_at=False
        )
        mirror.sync(full=True)
    (warning,) = coverage.warnings(mirror.connection.pk)
    assert "customers without a new modified time: city." in warning


def test_a_change_with_a_new_time_is_no_news(mirror: Mirrored) -> None:
    mirror.sync()
    for city in ("Gent", "Brugge", "Aalst"):
        mirror.sim.control.change(mirror.sim.control.ids()[:3], fields={"address": {"city": city}})
        mirror.sync(full=True)
    assert Customer.objects.filter(city="Aalst").count() >= 3
    assert coverage.warnings(mirror.connection.pk) == []


FIELDS = st.sets(st.sampled_from("abc"))


@given(st.lists(st.tuples(FIELDS, st.booleans()), max_size=8))
def test_a_field_is_reported_from_the_second_pass_until_a_full_one_does_not_see_it(
    passes: list[tuple[set[str], bool]],
) -> None:
    counted: dict[str, int] = {}
    for seen, full in passes:
        counted = coverage.passes_by_field(counted, seen, full=full)
    for field in "abc":
        since = [
            seen
            for at, (seen, _) in enumerate(passes)
            if not any(full and field not in later for later, full in passes[at:])
        ]
        assert counted.get(field, 0) == sum(field in seen for seen in since)
        assert (field in coverage.reported_fields(counted)) == (counted.get(field, 0) >= 2)
