"""Decide whether a customer that somebody wants to create exists already. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import IntFlag, StrEnum
from functools import reduce
from typing import NamedTuple

from rapidfuzz import fuzz

from counterfoil.mirror.enums import State
from counterfoil.normalize.country import country
from counterfoil.normalize.email import email
from counterfoil.normalize.name import name_key
from counterfoil.normalize.phone import phone
from counterfoil.normalize.text import clean
from counterfoil.normalize.vat import vat

MIN_LIKENESS = 0.82
"""The likeness of two name keys from which on a person has to decide."""
MAX_HITS = 20
"""Customers that a person is shown; nobody reads more."""

CERTAIN = 1.0
"""The score of an equal identity. Nothing else reaches it, so nothing else is a match without a decision."""

_NEARLY_EQUAL = 0.99  # names with the same words in another order
_CONTRADICTED = 0.5  # factor of the score of a hit whose VAT number differs


@dataclass(frozen=True, slots=True)
class Wanted:
    """The customer that somebody wants, as typed. Nothing is required, not even a name."""

    external_id: str | None = None
    name: str | None = None
    vat_number: str | None = None
    email: str | None = None
    phone: str | None = None
    mobile: str | None = None
    country: str | None = None


class WantedKeys(NamedTuple):
    """The normal forms of `Wanted`, made as those of mirrored records. Empty where nothing valid was typed."""

    external_id: str
    name_key: str
    vat: str
    email: str
    numbers: frozenset[str]


@dataclass(frozen=True, slots=True)
class Candidate:
    """The compared columns of a mirrored customer. `merged_into` is the key of the row it was merged into."""

    key: int
    external_id: str | None = None
    name: str = ""
    name_key: str = ""
    vat_normalized: str | None = None
    email_normalized: str | None = None
    phone_e164: str | None = None
    mobile_e164: str | None = None
    state: State = State.PRESENT
    merged_into: int | None = None


class MatchEvidence(IntFlag):
    """Evidence for a candidate. The stronger it is, the greater the number."""

    ID = 32
    VAT = 16
    EMAIL = 8
    PHONE = 4
    NAME = 2
    LIKENESS = 1


class MatchDecision(StrEnum):
    """The next step: use the customer that was found, ask a person which one it is, or create a new one."""

    FOUND = "found"
    ASK = "ask"
    NEW = "new"


@dataclass(frozen=True, slots=True)
class Hit:
    """A candidate that may be the wanted customer.

    `score`, from 0 to 1, is `CERTAIN` only where the identity is equal: the id or the name, or the VAT number of a
    customer wanted without a name. Other equal values and the likeness of the names score less; half of that where
    the VAT numbers contradict each other.
    """

    candidate: Candidate
    evidence: MatchEvidence
    score: float
    reasons: tuple[str, ...]
    contradicted: bool = False

    @property
    def reason(self) -> str:
        return "; ".join(self.reasons)


@dataclass(frozen=True, slots=True)
class Resolution:
    """What to do, why, and the hits, best first: one for a customer that was found, none for a new one."""

    decision: MatchDecision
    hits: tuple[Hit, ...] = ()
    reason: str = "no similar customer"

    @property
    def found(self) -> Candidate | None:
        """The customer, where the match is certain."""
        return self.hits[0].candidate if self.decision == MatchDecision.FOUND else None


class _Clue(NamedTuple):
    """One piece of evidence with its score and its reason in words."""

    evidence: MatchEvidence
    score: float
    reason: str


class _EqualValue(NamedTuple):
    """What an equal value proves by itself, and what people call it."""

    score: float
    called: str


_EQUAL_VALUES = {
    MatchEvidence.ID: _EqualValue(CERTAIN, "the same id"),
    MatchEvidence.VAT: _EqualValue(0.9, "the same VAT number"),
    MatchEvidence.EMAIL: _EqualValue(0.7, "the same e-mail address"),
    MatchEvidence.PHONE: _EqualValue(0.6, "the same phone number"),
    MatchEvidence.NAME: _EqualValue(CERTAIN, "the same name"),
}
"""Strongest first. VAT numbers are shared by the companies of a group, addresses and switchboards by many more."""

_CONTACTS = MatchEvidence.EMAIL | MatchEvidence.PHONE


def normalize_wanted(wanted: Wanted, home: str | None) -> WantedKeys:
    """Normalize what was typed.

    Phones and VAT numbers without a country are read as from the customer's country, else from `home`, the
    connection's (ISO code), as for mirrored records.
    """
    region = country(wanted.country).value or home
    numbers = (phone(number, region).value for number in (wanted.phone, wanted.mobile))
    return WantedKeys(
        external_id=clean(wanted.external_id),
        name_key=name_key(wanted.name),
        vat=vat(wanted.vat_number, region).value or "",
        email=email(wanted.email).value or "",
        numbers=frozenset(number for number in numbers if number),
    )


def resolve(keys: WantedKeys, candidates: Iterable[Candidate]) -> Resolution:
    """Decide by identity: an equal id, else an equal name, where no VAT number contradicts it.

    An equal VAT number decides between customers of that name, or alone where no name is wanted. A shared e-mail
    address or phone number is evidence for a person and decides only between customers that have the same name.
    A merged row counts as the one it was merged into, which must be among the candidates; a deleted one does not
    count.
    """
    hits = _hits(keys, {candidate.key: candidate for candidate in candidates})
    if not hits:
        return Resolution(MatchDecision.NEW)
    for evidence in (MatchEvidence.ID, MatchEvidence.VAT):
        if equal := [hit for hit in hits if evidence in hit.evidence]:
            return _decide(hits, equal, evidence)
    named = [hit for hit in hits if MatchEvidence.NAME in hit.evidence]
    if named:
        return _decide(hits, _best_known(named), MatchEvidence.NAME)
    return _ask(hits, _open_question(keys, hits))


def _decide(hits: list[Hit], equal: list[Hit], evidence: MatchEvidence) -> Resolution:
    """Decide between the hits that have an equal value: found where exactly one of them is certain."""
    called = _EQUAL_VALUES[evidence].called
    certain = [hit for hit in equal if hit.score == CERTAIN]
    if len(certain) == 1 and (len(equal) == 1 or evidence == MatchEvidence.VAT):
        return Resolution(MatchDecision.FOUND, (certain[0],), certain[0].reason)
    if len(equal) > 1:
        return _ask(hits, f"{len(equal)} customers have {called}")
    contradiction = "VAT number" if evidence == MatchEvidence.NAME else "name"
    return _ask(hits, f"a customer has {called}, but another {contradiction}")


def _best_known(named: list[Hit]) -> list[Hit]:
    """Pick among customers of the same name those with an equal contact, where there are any."""
    known = [hit for hit in named if hit.evidence & _CONTACTS]
    return known if known and not any(hit.contradicted for hit in known) else named


def _open_question(keys: WantedKeys, hits: list[Hit]) -> str:
    """Return why a person has to decide where no name, id or VAT number is equal."""
    for evidence in (MatchEvidence.EMAIL, MatchEvidence.PHONE):
        same, called = [hit for hit in hits if evidence in hit.evidence], _EQUAL_VALUES[evidence].called
        if len(same) > 1:
            return f"{len(same)} customers have {called}"
        if same:
            return f"a customer has {called}" + (", but another name" if keys.name_key else "")
    return "only the name is similar"


def name_likeness(one: str, other: str) -> float:
    """Return the likeness of two name keys, from 0 to 1; 1 only where they are equal."""
    if one == other:
        return 1.0
    return min(max(fuzz.ratio(one, other), fuzz.token_sort_ratio(one, other)) / 100, _NEARLY_EQUAL)


def _ask(hits: list[Hit], reason: str) -> Resolution:
    return Resolution(MatchDecision.ASK, tuple(hits[:MAX_HITS]), reason)


def _hits(keys: WantedKeys, candidates: Mapping[int, Candidate]) -> list[Hit]:
    """Return the hits, best first, each customer once."""
    clues: dict[int, list[_Clue]] = {}
    for key in sorted(candidates):
        survivor = _survivor(candidates[key], candidates)
        if survivor is None:
            continue
        found = _clues(keys, candidates[key])
        if survivor.key != key:
            found = [clue._replace(reason=f"{clue.reason}, in a record merged into it") for clue in found]
        clues.setdefault(survivor.key, []).extend(found)
    hits = [_hit(keys, candidates[key], found) for key, found in clues.items() if found]
    return sorted(hits, key=lambda hit: (-hit.score, -hit.evidence, hit.candidate.key))


def _survivor(candidate: Candidate, candidates: Mapping[int, Candidate]) -> Candidate | None:
    """Follow merges to the last row; None where that one was deleted or is not among the candidates."""
    visited: set[int] = set()
    row: Candidate | None = candidate
    while row is not None and row.state == State.MERGED:
        if row.key in visited or row.merged_into is None:
            return None
        visited.add(row.key)
        row = candidates.get(row.merged_into)
    return None if row is None or row.state == State.TOMBSTONE else row


def _clues(keys: WantedKeys, candidate: Candidate) -> list[_Clue]:
    """Return the evidence of one row, strongest first."""
    numbers = {candidate.phone_e164, candidate.mobile_e164}
    equal = {
        MatchEvidence.ID: bool(keys.external_id) and keys.external_id == candidate.external_id,
        MatchEvidence.VAT: bool(keys.vat) and keys.vat == candidate.vat_normalized,
        MatchEvidence.EMAIL: bool(keys.email) and keys.email == candidate.email_normalized,
        MatchEvidence.PHONE: not keys.numbers.isdisjoint(numbers),
        MatchEvidence.NAME: bool(keys.name_key) and keys.name_key == candidate.name_key,
    }
    clues = [
        _Clue(evidence, _score_alone(keys, evidence), value.called.removeprefix("the "))
        for evidence, value in _EQUAL_VALUES.items()
        if equal[evidence]
    ]
    if keys.name_key and candidate.name_key and not equal[MatchEvidence.NAME]:
        likeness = name_likeness(keys.name_key, candidate.name_key)
        if likeness >= MIN_LIKENESS:
            clues.append(
                _Clue(MatchEvidence.LIKENESS, likeness, f"similar name ({likeness * 100:.0f} %): {candidate.name}")
            )
    return clues


def _score_alone(keys: WantedKeys, evidence: MatchEvidence) -> float:
    """Return what an equal value is worth; a VAT number is an identity where no name can contradict it."""
    nameless = evidence == MatchEvidence.VAT and not keys.name_key
    return CERTAIN if nameless else _EQUAL_VALUES[evidence].score


def _hit(keys: WantedKeys, candidate: Candidate, clues: list[_Clue]) -> Hit:
    evidence = reduce(MatchEvidence.__or__, (clue.evidence for clue in clues))
    theirs = candidate.vat_normalized
    differs = bool(keys.vat and theirs) and keys.vat != theirs
    contradicted = differs and not evidence & (MatchEvidence.ID | MatchEvidence.VAT)
    reasons = [clue.reason for clue in sorted(clues, key=lambda clue: -clue.evidence)]
    if differs:
        reasons.append(f"but another VAT number: {theirs}")
    score = max(clue.score for clue in clues) * (_CONTRADICTED if contradicted else 1)
    return Hit(candidate, evidence, score, tuple(dict.fromkeys(reasons)), contradicted)
