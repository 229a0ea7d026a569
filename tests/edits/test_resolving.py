"""A wanted customer is found in the mirror, on both databases."""

import re
from collections.abc import Iterator, Sequence
from typing import Any

import pytest
from django.db import connection as database
from django.db import transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from counterfoil.matching.candidates import find_matches
from counterfoil.matching.score import MatchDecision, Resolution, Wanted
from counterfoil.mirror.models import Customer, State
from counterfoil_simulators.robaws import RobawsSimulator
from tests.support.mirrored import Mirrored

SOCIETE = {"name": "Société Générale Autos SPRL", "vatIdNumber": "BE 0404.616.494", "email": "Info@SGA.example"}
FIRMS = [
    {**SOCIETE, "tel": "09 223 45 67", "gsm": "0475/12.34.56"},
    {"name": "Garage Müller NV", "vatIdNumber": "BE0417497106", "email": "office@garages.example"},
    {"name": "De Smet & Zonen", "email": "office@garages.example", "tel": "+32 3 233 44 55"},
    {"name": "Peeters", "tel": "0486 12 34 56"},
    {"name": "Carrosserie Vermeulen Gent"},
    {"name": "Transport N'Guessan"},
]

EVERY_CUSTOMER = re.compile(
    r"Seq Scan|Index Cond: \(connection_id = \d+\)$"  # PostgreSQL
    r"|SCAN counterfoil_customer$|\(connection_id=\?\)$",  # SQLite
    re.MULTILINE,
)
"""Parts of a query plan that read all rows, or all of a connection."""


@pytest.fixture
def firms(mirror: Mirrored) -> Mirrored:
    mirror.sim.control.delete(ids=mirror.sim.control.ids())
    for fields in FIRMS:
        mirror.sim.control.add(1, fields={"gsm": None, "tel": None, "email": None, "vatIdNumber": None, **fields})
    mirror.sync()
    return mirror


@pytest.fixture
def elsewhere() -> Iterator[RobawsSimulator]:
    """Another tenant, with other customers."""
    with RobawsSimulator(customers=3, seed=8, rate=None) as simulator:
        yield simulator


def asked(mirror: Mirrored, **wanted: str) -> Resolution:
    return find_matches(mirror.connection, Wanted(**wanted))


def named(mirror: Mirrored, name: str) -> Customer:
    return Customer.objects.get(connection=mirror.connection, name=name)


def hits(resolution: Resolution) -> list[str]:
    """Return the names of the hits that a person has to decide about."""
    assert resolution.decision == MatchDecision.ASK
    return [hit.candidate.name for hit in resolution.hits]


@pytest.mark.parametrize(
    "wanted",
    [
        {"name": "societe generale autos"},
        {"name": "S.A. SOCIETE GENERALE AUTOS"},
        {"vat_number": "btw 0404 616 494"},
        {"vat_number": "BE0404616494", "email": "office@garages.example", "name": "Societe Generale Autos"},
    ],
)
def test_a_customer_is_found_however_it_is_typed(firms: Mirrored, wanted: dict[str, str]) -> None:
    resolution = asked(firms, **wanted)
    found = named(firms, "Société Générale Autos SPRL")
    assert resolution.found, resolution
    assert (resolution.found.key, resolution.found.external_id) == (found.pk, found.external_id)
    assert asked(firms, external_id=resolution.found.external_id or "").found == resolution.found


@pytest.mark.parametrize("name", [None, "Peeters Verhuur"])
@pytest.mark.parametrize(
    "contact",
    [
        {"email": "info@sga.example"},
        {"phone": "+32 (0)9 223 45 67"},
        {"phone": "0475 123456 (Jan)"},
        {"mobile": "0032475123456"},
        {"mobile": "09/223.45.67"},
        {"mobile": "0475123456", "country": "België"},
    ],
)
def test_a_shared_contact_is_shown_and_needs_a_decision(
    firms: Mirrored, contact: dict[str, str], name: str | None
) -> None:
    resolution = asked(firms, **contact, **({"name": name} if name else {}))
    assert "Société Générale Autos SPRL" in hits(resolution)
    assert all(hit.score < 1 for hit in resolution.hits)


def test_two_customers_with_one_email_need_a_decision(firms: Mirrored) -> None:
    resolution = asked(firms, email="office@garages.example", name="Garage Claes")
    assert sorted(hits(resolution)) == ["De Smet & Zonen", "Garage Müller NV"]
    assert resolution.reason == "2 customers have the same e-mail address"
    named_one = asked(firms, email="office@garages.example", name="De Smet en Zonen").found
    assert named_one in [hit.candidate for hit in resolution.hits]


def test_another_vat_number_needs_a_decision(firms: Mirrored) -> None:
    resolution = asked(firms, name="Garage Muller", vat_number="BE0202239951")
    assert hits(resolution) == ["Garage Müller NV"]
    assert resolution.hits[0].reason == "same name; but another VAT number: BE0417497106"


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("Garage Muler", "Garage Müller NV"),
        ("Garage Meuller", "Garage Müller NV"),
        ("Garrage Müller bvba", "Garage Müller NV"),
        ("Müller Garage", "Garage Müller NV"),
        ("Garage Fermeulen", None),
        ("Carrosserie Fermeulen Gent", "Carrosserie Vermeulen Gent"),
        ("Carrosserie Vermeulen", "Carrosserie Vermeulen Gent"),
        ("Carrosserie Vermeulen Gent Zuid", "Carrosserie Vermeulen Gent"),
        ("Peters", "Peeters"),
        ("Tranport N'Guessan", "Transport N'Guessan"),
        ("Trnsport N'Guessan", "Transport N'Guessan"),
        ("Kransport N'Guessan", "Transport N'Guessan"),
        ("Desmet Zonen", "De Smet & Zonen"),
        ("Société Génerale de Autos", "Société Générale Autos SPRL"),
    ],
)
def test_a_name_with_a_typing_error_needs_a_decision(firms: Mirrored, typed: str, name: str | None) -> None:
    resolution = asked(firms, name=typed)
    if name is None:
        assert resolution.decision == MatchDecision.NEW
    else:
        assert hits(resolution) == [name]
        assert resolution.hits[0].reason.endswith(f" %): {name}")


@pytest.mark.parametrize(
    "wanted",
    [
        {
            "name": "Zwembad Kwik",
            "email": "kwik@kwik.example",
            "phone": "0475 12 34 57",
            "vat_number": "0202239951",
        },
        {"external_id": "no such id", "mobile": "0475 12 34"},
        {"name": "'\"*:&|!()"},
        {"name": "🚗"},
        {
            "name": "a\x00b\ud800",
            "external_id": "\x00\ud800",
            "email": "\x00@b.example",
            "phone": "\x00",
            "vat_number": "\x00",
        },
        {"name": "x" * 100_000, "external_id": "x" * 1_000},
        {},
    ],
)
def test_nothing_in_common_is_new(firms: Mirrored, wanted: dict[str, str]) -> None:
    assert asked(firms, **wanted).decision == MatchDecision.NEW


def test_a_deleted_customer_never_matches_but_an_archived_one_does(firms: Mirrored) -> None:
    deleted, archived = named(firms, "Peeters"), named(firms, "De Smet & Zonen")
    firms.sim.control.delete(ids=[deleted.external_id or ""])
    firms.sim.control.archive(ids=[archived.external_id or ""])
    firms.sync(full=True)
    assert (firms.row(deleted.external_id or "").state, firms.states()["unlisted"]) == ("tombstone", 1)
    assert asked(firms, name="Peeters", phone="0486 12 34 56").decision == MatchDecision.NEW
    assert asked(firms, external_id=deleted.external_id or "").decision == MatchDecision.NEW
    found = asked(firms, phone="03 233 44 55", name="De Smet & Zonen").found
    assert found
    assert (found.key, found.state) == (archived.pk, State.UNLISTED)


def test_a_merged_customer_leads_to_the_one_it_was_merged_into(firms: Mirrored) -> None:
    survivor, merged = named(firms, "Garage Müller NV"), named(firms, "Peeters")
    between = named(firms, "Carrosserie Vermeulen Gent")
    for row, into in ((merged, between), (between, survivor)):
        Customer.objects.filter(pk=row.pk).update(state=State.MERGED, merged_into=into)
    for wanted in ({"name": "Peeters"}, {"external_id": merged.external_id or ""}):
        resolution = asked(firms, **wanted)
        assert resolution.found
        assert resolution.found.key == survivor.pk
        assert resolution.reason.endswith(", in a record merged into it")
    assert [hit.candidate.key for hit in asked(firms, phone="0486 12 34 56").hits] == [survivor.pk]
    assert [hit.candidate.key for hit in asked(firms, name="Peters").hits] == [survivor.pk]


def test_a_customer_not_created_upstream_yet_is_found(firms: Mirrored) -> None:
    local = invented(
        firms,
        state=State.LOCAL,
        name="Nieuwe Klant BV",
        name_key="nieuwe klant",
        email_normalized="nieuw@klant.example",
    )
    local.save()
    found = asked(firms, name="Nieuwe klant").found
    assert found
    assert (found.key, found.external_id) == (local.pk, None)
    assert [hit.candidate for hit in asked(firms, email="nieuw@klant.example").hits] == [found]


def test_customers_of_another_connection_never_match(firms: Mirrored, elsewhere: RobawsSimulator) -> None:
    other = Mirrored.connect(elsewhere, "other")
    other.sync()
    for wanted in ({"name": "Garage Müller"}, {"name": "Garage Muler"}, {"mobile": "0475 12 34 56"}):
        assert asked(firms, **wanted).hits
        assert asked(other, **wanted).decision == MatchDecision.NEW


def test_every_customer_is_found_by_its_values_as_typed_upstream(mirror: Mirrored) -> None:
    """250 customers as people typed them, duplicates among them."""
    mirror.sync()
    for row in Customer.objects.filter(connection=mirror.connection):
        wanted = Wanted(None, row.name, row.vat_number, row.email, row.phone, row.mobile, row.country)
        assert row.pk in [hit.candidate.key for hit in find_matches(mirror.connection, wanted).hits], wanted
        by_id = find_matches(mirror.connection, Wanted(row.external_id)).found
        assert by_id
        assert by_id.key == row.pk


def test_no_query_scans_every_customer(firms: Mirrored) -> None:
    many = (invented(firms, external_id=f"x{n}", name=f"Klant {n}", name_key=f"klant {n}") for n in range(3_000))
    Customer.objects.bulk_create(many, batch_size=500)
    wanted = Wanted("1", "Garage Muler Gent", "BE0202239951", "a@b.example", "09 223 45 68", "0475 12 34 57")
    with CaptureQueriesContext(database) as asked_of:
        find_matches(firms.connection, wanted)
    found = plans([query["sql"] for query in asked_of.captured_queries])
    assert len(found) > 12
    for plan in found:
        assert not EVERY_CUSTOMER.search(plan), plan


def invented(mirror: Mirrored, **values: Any) -> Customer:
    """Build a customer that no sync has brought, without search words."""
    now = timezone.now()
    return Customer(connection=mirror.connection, first_seen_at=now, observed_at=now, updated_at=now, **values)


def plans(questions: Sequence[str]) -> list[str]:
    """Return the query plans. PostgreSQL, which would scan a small table, is kept from it."""
    found: list[str] = []
    with transaction.atomic(), database.cursor() as cursor:
        if database.vendor == "postgresql":
            cursor.execute("ANALYZE counterfoil_customer")
            cursor.execute("SET LOCAL enable_seqscan = off")
        for sql in questions:
            cursor.execute(f"EXPLAIN {'' if database.vendor == 'postgresql' else 'QUERY PLAN '}{sql}")
            found.append("\n".join(str(line[-1]) for line in cursor.fetchall()))
    return found
