"""The score of a possible match, as a pure decision."""

from collections.abc import Sequence
from dataclasses import replace
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from counterfoil.matching.score import (
    CERTAIN,
    MAX_HITS,
    Candidate,
    MatchDecision,
    MatchEvidence,
    Resolution,
    Wanted,
    name_likeness,
    normalize_wanted,
    resolve,
)
from counterfoil.mirror.enums import State
from counterfoil.normalize.name import name_key

VAT, OTHER_VAT = "BE0404616494", "BE0417497106"
PHONE, MOBILE = "+3292234567", "+32475123456"
NAMES = [
    "Garage Müller NV",
    "garage muller",
    "Garage Mullers",
    "Société Générale Autos SPRL",
    "De Smet & Zonen",
    "",
]

MULLER = Candidate(1, "4711", "Garage Müller NV", "garage muller", VAT, "info@muller.example", PHONE, MOBILE)
NOISE = [
    Candidate(
        2, "4712", "Autohandel Peeters", "autohandel peeters", OTHER_VAT, "jan@peeters.example", "+3292999999"
    ),
    Candidate(3, "4713"),
]
"""Others, and one of whom nothing is known."""

ROWS = st.builds(
    lambda name, **known: Candidate(name=name, name_key=name_key(name), **known),
    key=st.integers(1, 12),
    name=st.sampled_from(NAMES),
    external_id=st.none(),
    vat_normalized=st.sampled_from([None, VAT, OTHER_VAT]),
    email_normalized=st.sampled_from([None, "info@muller.example", "info@smet.example"]),
    phone_e164=st.sampled_from([None, PHONE, MOBILE]),
    mobile_e164=st.sampled_from([None, PHONE, MOBILE]),
    state=st.sampled_from(State),
    merged_into=st.none() | st.integers(1, 12),
)
CANDIDATES = st.lists(ROWS, max_size=8, unique_by=lambda row: row.key).map(
    lambda rows: [replace(row, external_id=f"{row.key}") for row in rows]
)
WANTED = st.builds(
    Wanted,
    external_id=st.sampled_from([None, "1", "2", "99"]),
    name=st.sampled_from([None, *NAMES]),
    vat_number=st.sampled_from([None, "BE 0404.616.494", "0417497106", "123"]),
    email=st.sampled_from([None, "Info@Muller.example", "nobody"]),
    phone=st.sampled_from([None, "09 223 45 67", "0475/12.34.56"]),
    mobile=st.sampled_from([None, "+32 475 12 34 56"]),
)


def asked(wanted: Wanted, candidates: Sequence[Candidate]) -> Resolution:
    return resolve(normalize_wanted(wanted, "BE"), candidates)


def wanted_for(row: Candidate, *, external_id: bool) -> Wanted:
    """Score a wanted customer against a row."""
    return Wanted(
        row.external_id if external_id else None,
        row.name,
        row.vat_normalized,
        row.email_normalized,
        row.phone_e164,
        row.mobile_e164,
    )


@pytest.mark.parametrize(
    ("wanted", "why"),
    [
        (Wanted(external_id=" 4711 "), "same id"),
        (Wanted(vat_number="btw be 404.616.494"), "same VAT number"),
        (Wanted(name="Garage Muller", vat_number="0404616494"), "same VAT number; same name"),
        (Wanted(name="GARAGE MULLER b.v.b.a."), "same name"),
        (Wanted(name="Garage Muller", phone="09/223.45.67"), "same phone number; same name"),
        (Wanted(name="Garage Muller", mobile="0475 12 34 56 (Jan)"), "same phone number; same name"),
        (
            Wanted(name="Garage Muller", email="Jan <INFO@muller.example>"),
            "same e-mail address; same name",
        ),
    ],
)
def test_one_equal_customer_is_found_however_it_is_typed(wanted: Wanted, why: str) -> None:
    resolution = asked(wanted, [*NOISE, MULLER])
    assert (resolution.found, resolution.reason) == (MULLER, why)
    assert resolution.hits[0].score == CERTAIN


@pytest.mark.parametrize("name", [None, "Peeters Transport"])
@pytest.mark.parametrize(
    ("contact", "same"),
    [
        (Wanted(email="INFO@muller.example"), "e-mail address"),
        (Wanted(phone="09/223.45.67"), "phone number"),
        (Wanted(mobile="09/223.45.67"), "phone number"),
        (Wanted(phone="0475 12 34 56", email="INFO@muller.example"), "e-mail address"),
    ],
)
def test_a_shared_contact_is_evidence_and_never_identity(contact: Wanted, same: str, name: str | None) -> None:
    resolution = asked(replace(contact, name=name), [*NOISE, MULLER])
    assert resolution.decision == MatchDecision.ASK
    assert resolution.reason == f"a customer has the same {same}" + (", but another name" if name else "")
    assert resolution.hits[0].reason.startswith(f"same {same}")
    assert resolution.hits[0].score < CERTAIN


def test_an_equal_vat_number_with_another_name_needs_a_decision() -> None:
    """The companies of a group may share one."""
    resolution = asked(Wanted(name="Müller Verhuur", vat_number=VAT), [MULLER, *NOISE])
    assert resolution.decision == MatchDecision.ASK
    assert resolution.reason == "a customer has the same VAT number, but another name"
    assert resolution.hits[0].score < CERTAIN


def test_the_name_decides_between_customers_with_one_vat_number() -> None:
    sister = replace(MULLER, key=9, external_id="4799", name="Müller Verhuur", name_key="muller verhuur")
    resolution = asked(Wanted(name="Garage Müller", vat_number=VAT, phone=PHONE), [sister, MULLER])
    assert resolution.found == MULLER


def test_a_contact_decides_only_between_customers_of_the_same_name() -> None:
    namesake = Candidate(9, "4799", "Garage Müller", "garage muller", None, "info@elsewhere.example")
    stranger = Candidate(10, "4800", "Autohandel Claes", "autohandel claes", None, "info@muller.example")
    wanted = Wanted(name="Garage Müller", email="info@muller.example")
    assert asked(wanted, [stranger, namesake, MULLER]).found == MULLER
    assert asked(replace(wanted, email=None), [stranger, namesake, MULLER]).decision == MatchDecision.ASK


def test_the_strongest_evidence_comes_first() -> None:
    rows = [
        Candidate(1, "4711"),
        Candidate(5, "4715", "Garage Müller", "garage muller"),
        Candidate(2, "4712", vat_normalized=VAT),
        Candidate(3, "4713", email_normalized="info@muller.example"),
        Candidate(4, "4714", phone_e164=PHONE),
    ]
    wanted = wanted_for(MULLER, external_id=True)
    assert asked(wanted, rows).found == rows[0]
    open_question = asked(wanted, rows[1:])
    assert open_question.decision == MatchDecision.ASK, "another customer has the VAT number"
    assert [hit.candidate for hit in open_question.hits] == rows[1:]
    assert asked(wanted, [rows[1], *rows[3:]]).found == rows[1]
    assert asked(wanted, rows[3:]).decision == MatchDecision.ASK


def test_a_similar_name_needs_a_decision_and_shows_its_likeness() -> None:
    resolution = asked(Wanted(name="Garage Muler"), [*NOISE, MULLER])
    assert resolution.decision == MatchDecision.ASK
    assert [hit.reason for hit in resolution.hits] == ["similar name (96 %): Garage Müller NV"]
    assert resolution.hits[0].score == pytest.approx(0.96)
    assert resolution.reason == "only the name is similar"


@pytest.mark.parametrize("name", ["Garage Janssens", "Müller Logistics", "G", ""])
def test_a_name_below_the_likeness_limit_is_new(name: str) -> None:
    assert asked(Wanted(name=name), [*NOISE, MULLER]).decision == MatchDecision.NEW


def test_the_same_words_in_another_order_are_similar_not_equal() -> None:
    assert name_likeness("garage muller", "muller garage") == 0.99
    assert asked(Wanted(name="Müller Garage"), [MULLER]).decision == MatchDecision.ASK


@pytest.mark.parametrize(
    ("wanted", "same"),
    [
        (Wanted(vat_number=VAT), "VAT number"),
        (Wanted(vat_number=VAT, name="garage muller"), "VAT number"),
        (Wanted(email="info@muller.example"), "e-mail address"),
        (Wanted(phone=PHONE), "phone number"),
        (Wanted(mobile=PHONE), "phone number"),
        (Wanted(phone=PHONE, mobile=MOBILE), "phone number"),
        (Wanted(name="garage muller"), "name"),
    ],
)
def test_several_customers_with_an_equal_value_need_a_decision(wanted: Wanted, same: str) -> None:
    twin = replace(MULLER, key=5, external_id=None, phone_e164=None, mobile_e164=PHONE, state=State.LOCAL)
    resolution = asked(wanted, [twin, *NOISE, MULLER])
    assert resolution.decision == MatchDecision.ASK
    assert resolution.reason == f"2 customers have the same {same}"
    assert [hit.candidate for hit in resolution.hits] == [MULLER, twin]


def test_possible_matches_are_listed_best_first() -> None:
    contradicting = Candidate(1, "1", "Müller", "muller", OTHER_VAT, "info@muller.example")
    alike = Candidate(2, "2", "Garage Mullers", "garage mullers")
    same_address = Candidate(3, "3", "Müller", "muller", None, "info@muller.example")
    same_name_too = Candidate(4, "4", "Garage Müller", "garage muller", None, "info@muller.example")
    wanted = Wanted(name="Garage Müller", email="info@muller.example", vat_number=VAT)
    resolution = asked(wanted, [contradicting, alike, same_address])
    assert [hit.candidate for hit in resolution.hits] == [alike, same_address, contradicting]
    assert resolution.reason == "2 customers have the same e-mail address"
    assert asked(wanted, [contradicting, alike, same_address, same_name_too]).found == same_name_too


def test_another_valid_vat_number_needs_a_decision() -> None:
    resolution = asked(Wanted(name="garage muller", vat_number=OTHER_VAT), [MULLER])
    assert resolution.decision == MatchDecision.ASK
    assert resolution.reason == "a customer has the same name, but another VAT number"
    assert resolution.hits[0].reason == f"same name; but another VAT number: {VAT}"
    assert resolution.hits[0].score == 0.5


def test_an_invalid_vat_number_contradicts_no_row() -> None:
    assert asked(Wanted(name="garage muller", vat_number="BE 0404.616.495"), [MULLER]).found == MULLER


def test_an_equal_id_decides_and_mentions_another_vat_number() -> None:
    resolution = asked(Wanted(external_id="4711", vat_number=OTHER_VAT), [MULLER, *NOISE])
    assert (resolution.found, resolution.reason) == (MULLER, f"same id; but another VAT number: {VAT}")


def test_a_deleted_customer_is_no_match() -> None:
    assert (
        asked(wanted_for(MULLER, external_id=True), [replace(MULLER, state=State.TOMBSTONE)]).decision
        == MatchDecision.NEW
    )


@pytest.mark.parametrize("state", [State.PRESENT, State.MISSING, State.UNLISTED, State.LOCAL])
def test_a_customer_in_any_other_state_is_found(state: State) -> None:
    row = replace(MULLER, state=state)
    assert asked(Wanted(name="Garage Müller"), [row]).found == row


def test_a_merged_customer_counts_as_its_survivor() -> None:
    merged = replace(MULLER, state=State.MERGED, merged_into=6)
    between = Candidate(6, "6", state=State.MERGED, merged_into=7)
    survivor = Candidate(7, "7", "Müller Groep", "muller groep", OTHER_VAT, "info@muller.example")
    rows = [merged, between, survivor]
    resolution = asked(Wanted(name="Garage Müller"), rows)
    assert (resolution.found, resolution.reason) == (survivor, "same name, in a record merged into it")
    assert asked(Wanted(name="Müller Groep", phone=PHONE), rows).found == survivor
    assert asked(Wanted(name="Garage Müller", vat_number=VAT), rows).found == survivor
    contradicting = Wanted(name="Garage Müller", vat_number="BE0202239951")
    assert asked(contradicting, rows).decision == MatchDecision.ASK


def test_a_merged_customer_whose_survivor_is_deleted_is_no_match() -> None:
    merged = replace(MULLER, state=State.MERGED, merged_into=6)
    for others in ([], [Candidate(6, state=State.TOMBSTONE)], [Candidate(6, state=State.MERGED, merged_into=1)]):
        assert asked(wanted_for(MULLER, external_id=True), [merged, *others]).decision == MatchDecision.NEW


def test_no_more_possible_matches_are_listed_than_a_person_reads() -> None:
    many = [replace(MULLER, key=key, external_id=f"{key}") for key in range(1, 100)]
    resolution = asked(Wanted(email="info@muller.example"), many)
    assert resolution.reason == "99 customers have the same e-mail address"
    assert [hit.candidate.key for hit in resolution.hits] == list(range(1, MAX_HITS + 1))


def test_numbers_without_a_country_get_the_records_country_else_the_connections() -> None:
    typed = Wanted(phone="06 12345678", vat_number="123456782B90")
    assert normalize_wanted(replace(typed, country="Nederland"), "BE").numbers == {"+31612345678"}
    assert normalize_wanted(replace(typed, country="nowhere"), "NL").numbers == {"+31612345678"}
    assert not normalize_wanted(typed, "BE").numbers


@given(WANTED, CANDIDATES, st.randoms())
def test_the_order_of_candidates_does_not_matter(wanted: Wanted, rows: list[Candidate], dice: Random) -> None:
    assert asked(wanted, dice.sample(rows, len(rows))) == asked(wanted, rows)


@given(ROWS, CANDIDATES, st.booleans())
def test_an_existing_customer_is_never_taken_for_a_new_one(
    row: Candidate, others: list[Candidate], with_id: bool
) -> None:
    row = replace(row, key=99, external_id="99", state=State.PRESENT)
    wanted = wanted_for(row, external_id=with_id)
    resolution = asked(wanted, [*others, row])
    if with_id:
        assert resolution.found == row
    elif any(normalize_wanted(wanted, "BE")):
        assert row in [hit.candidate for hit in resolution.hits]


@given(WANTED, CANDIDATES)
def test_a_contradicting_vat_number_never_decides_by_itself(wanted: Wanted, rows: list[Candidate]) -> None:
    vat = normalize_wanted(wanted, "BE").vat
    resolution = asked(wanted, rows)
    found = resolution.found
    if found and vat and found.vat_normalized not in (None, vat):
        assert resolution.hits[0].evidence & (MatchEvidence.ID | MatchEvidence.VAT)


@given(WANTED, CANDIDATES)
def test_nothing_matches_by_itself_without_the_identity(wanted: Wanted, rows: list[Candidate]) -> None:
    """Whatever else agrees: an id, the name, or the VAT number of a customer wanted without a name."""
    found = asked(wanted, rows)
    for hit in found.hits:
        nameless = MatchEvidence.VAT in hit.evidence and not normalize_wanted(wanted, "BE").name_key
        identity = nameless or bool(hit.evidence & (MatchEvidence.ID | MatchEvidence.NAME))
        assert identity or hit.score < CERTAIN
        assert identity or found.decision == MatchDecision.ASK


@given(WANTED, CANDIDATES)
def test_only_a_living_customer_with_something_in_common_is_a_hit(wanted: Wanted, rows: list[Candidate]) -> None:
    resolution = asked(wanted, rows)
    keys = [hit.candidate.key for hit in resolution.hits]
    assert len(set(keys)) == len(keys)
    for hit in resolution.hits:
        assert hit.candidate.state not in (State.TOMBSTONE, State.MERGED)
        assert hit.reasons
        assert 0 < hit.score <= 1
    assert (resolution.decision == MatchDecision.NEW) == (not resolution.hits)
    assert [hit.score for hit in resolution.hits] == sorted((hit.score for hit in resolution.hits), reverse=True)


@given(WANTED)
def test_nothing_but_noise_is_new(wanted: Wanted) -> None:
    noise = [Candidate(1, "x1", "Zwembad Kwik", "zwembad kwik", "BE0202239951", "a@kwik.example", "+32472000001")]
    assert asked(wanted, noise).decision == MatchDecision.NEW


@given(WANTED, CANDIDATES)
def test_names_that_are_only_alike_change_nothing_that_is_sure(wanted: Wanted, rows: list[Candidate]) -> None:
    """So names are searched only where nothing else decides."""
    survivors = {row.merged_into for row in rows}
    equal = [row for row in rows if row.key in survivors or not only_alike(wanted, row)]
    found = asked(wanted, rows).found
    if found:
        assert asked(wanted, equal).found == found


def only_alike(wanted: Wanted, row: Candidate) -> bool:
    """Return whether only the similar name supports a row."""
    hits = asked(wanted, [replace(row, state=State.PRESENT)]).hits
    return all(hit.evidence == MatchEvidence.LIKENESS for hit in hits)
