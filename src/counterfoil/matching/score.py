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

    `score`, from 0 to 1, is 1 where something is equal, else the likeness of the names; and half of that where the
    VAT numbers contradict each other.
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
    """One piece of evidence with its reason in words. `likeness` is 1 where something is equal."""

    evidence: MatchEvidence
    likeness: float
    reason: str


_DECISIVE = {
    MatchEvidence.ID: "the same id",
    MatchEvidence.VAT: "the same VAT number",
    MatchEvidence.EMAIL: "the same e-mail address",
    MatchEvidence.PHONE: "the same phone number",
    MatchEvidence.NAME: "the same name",
}
"""Evidence that can decide alone, strongest first."""


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
    """Decide by the strongest evidence that there is: id, VAT number, e-mail, phone, name.

    A single customer with an equal id or VAT number is found; so is one with an equal e-mail address, phone or
    name key, unless its valid VAT number differs. A person decides about several customers, a contradicting VAT
    number or names that are only similar. A merged row counts as the one it was merged into, which must be among
    the candidates; a deleted one does not count.
    """
    hits = _hits(keys, {candidate.key: candidate for candidate in candidates})
    for evidence, same in _DECISIVE.items():
        equal = [hit for hit in hits if evidence in hit.evidence]
        if len(equal) > 1:
            return _ask(hits, f"{len(equal)} customers have {same}")
        if equal and equal[0].contradicted:
            return _ask(hits, f"a customer has {same}, but another VAT number")
        if equal:
            return Resolution(MatchDecision.FOUND, (equal[0],), equal[0].reason)
    return _ask(hits, "only the name is similar") if hits else Resolution(MatchDecision.NEW)


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
        _Clue(evidence, 1.0, same.removeprefix("the ")) for evidence, same in _DECISIVE.items() if equal[evidence]
    ]
    if keys.name_key and candidate.name_key and not equal[MatchEvidence.NAME]:
        likeness = name_likeness(keys.name_key, candidate.name_key)
        if likeness >= MIN_LIKENESS:
            clues.append(
                _Clue(MatchEvidence.LIKENESS, likeness, f"similar name ({likeness * 100:.0f} %): {candidate.name}")
            )
    return clues


def _hit(keys: WantedKeys, candidate: Candidate, clues: list[_Clue]) -> Hit:
    evidence = reduce(MatchEvidence.__or__, (clue.evidence for clue in clues))
    theirs = candidate.vat_normalized
    differs = bool(keys.vat and theirs) and keys.vat != theirs
    contradicted = differs and not evidence & (MatchEvidence.ID | MatchEvidence.VAT)
    reasons = [clue.reason for clue in sorted(clues, key=lambda clue: -clue.evidence)]
    if differs:
        reasons.append(f"but another VAT number: {theirs}")
    score = max(clue.likeness for clue in clues) * (_CONTRADICTED if contradicted else 1)
    return Hit(candidate, evidence, score, tuple(dict.fromkeys(reasons)), contradicted)
