"""Whether a customer who is to be created is there already, judged by what is known of each. Pure."""

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

ALIKE = 0.82
"""From this likeness of two name keys on, a person is asked."""
MOST_ASKED = 20
"""Customers that are put in front of a person; more would not be read."""

_NEARLY = 0.99  # the likeness of names that hold the same words in another order
_CONTRADICTED = 0.5  # the share of its score that a hit keeps when its VAT number is another one


@dataclass(frozen=True, slots=True)
class Wanted:
    """Who is to be created, as people type it. Nothing is required, not even a name."""

    external_id: str | None = None
    name: str | None = None
    vat_number: str | None = None
    email: str | None = None
    phone: str | None = None
    mobile: str | None = None
    country: str | None = None


class Sought(NamedTuple):
    """The normal forms of what is wanted, as the mapping makes them of mirrored records. Empty where nothing was
    said, or nothing valid."""

    external_id: str
    name_key: str
    vat: str
    email: str
    numbers: frozenset[str]


@dataclass(frozen=True, slots=True)
class Candidate:
    """A mirrored customer as far as it is compared. `merged_into` is the key of the row it was merged into."""

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
    """What speaks for a candidate; the stronger, the greater."""

    ID = 32
    VAT = 16
    EMAIL = 8
    PHONE = 4
    NAME = 2
    LIKENESS = 1


class MatchDecision(StrEnum):
    """What is to be done: take the one that was found, ask a person which one it is, or create a new one."""

    FOUND = "found"
    ASK = "ask"
    NEW = "new"


@dataclass(frozen=True, slots=True)
class Hit:
    """A candidate who may be the one wanted. `score`, from 0 to 1, is that of the strongest evidence: 1 where
    something is equal, else the likeness of the names; half of it where the VAT numbers contradict."""

    candidate: Candidate
    evidence: MatchEvidence
    score: float
    reasons: tuple[str, ...]
    contradicted: bool = False

    @property
    def why(self) -> str:
        """All reasons in words."""
        return "; ".join(self.reasons)


@dataclass(frozen=True, slots=True)
class Resolution:
    """`hits` come best first: one where it was found, none where it is new. `why` says in words how it came."""

    answer: MatchDecision
    hits: tuple[Hit, ...] = ()
    why: str = "no customer is like this one"

    @property
    def found(self) -> Candidate | None:
        """The customer, where it is sure."""
        return self.hits[0].candidate if self.answer == MatchDecision.FOUND else None


class _Clue(NamedTuple):
    """One piece of evidence, in words; `likeness` is 1 where something is equal."""

    evidence: MatchEvidence
    likeness: float
    reason: str


_DECIDES = {
    MatchEvidence.ID: "the same id",
    MatchEvidence.VAT: "the same VAT number",
    MatchEvidence.EMAIL: "the same e-mail address",
    MatchEvidence.PHONE: "the same phone number",
    MatchEvidence.NAME: "the same name",
}
"""Evidence that can decide by itself, strongest first."""


def normalize_wanted(wanted: Wanted, home: str | None) -> Sought:
    """What to look for. `home` is the connection's country (ISO code): phones and VAT numbers that name none are
    read as from the record's country, else from there, as those of mirrored records are."""
    region = country(wanted.country).value or home
    numbers = (phone(number, region).value for number in (wanted.phone, wanted.mobile))
    return Sought(
        external_id=clean(wanted.external_id),
        name_key=name_key(wanted.name),
        vat=vat(wanted.vat_number, region).value or "",
        email=email(wanted.email).value or "",
        numbers=frozenset(number for number in numbers if number),
    )


def resolve(wanted: Sought, candidates: Iterable[Candidate]) -> Resolution:
    """Judge by the strongest evidence there is: id, VAT number, e-mail, phone, name.

    One customer with an equal id or VAT number is the one; so is one with an equal e-mail address, phone or name
    key, unless its valid VAT number is another one. Several customers, a contradicting VAT number or names that
    are only alike are for a person to judge. A merged row speaks for the one it was merged into, which must be
    among the candidates; a deleted one speaks for nobody.
    """
    hits = _hits(wanted, {candidate.key: candidate for candidate in candidates})
    for evidence, same in _DECIDES.items():
        those = [hit for hit in hits if evidence in hit.evidence]
        if len(those) > 1:
            return _ask(hits, f"{len(those)} customers have {same}")
        if those and those[0].contradicted:
            return _ask(hits, f"a customer has {same}, but another VAT number")
        if those:
            return Resolution(MatchDecision.FOUND, (those[0],), those[0].why)
    return _ask(hits, "only the name is alike") if hits else Resolution(MatchDecision.NEW)


def name_likeness(one: str, other: str) -> float:
    """How alike two name keys are, from 0 to 1; 1 only where they are equal."""
    if one == other:
        return 1.0
    return min(max(fuzz.ratio(one, other), fuzz.token_sort_ratio(one, other)) / 100, _NEARLY)


def _ask(hits: list[Hit], why: str) -> Resolution:
    return Resolution(MatchDecision.ASK, tuple(hits[:MOST_ASKED]), why)


def _hits(wanted: Sought, candidates: Mapping[int, Candidate]) -> list[Hit]:
    """Best first, each customer once."""
    clues: dict[int, list[_Clue]] = {}
    for key in sorted(candidates):
        standing = _standing(candidates[key], candidates)
        if standing is None:
            continue
        found = _clues(wanted, candidates[key])
        if standing.key != key:
            found = [clue._replace(reason=f"{clue.reason}, in a record merged into it") for clue in found]
        clues.setdefault(standing.key, []).extend(found)
    hits = [_hit(wanted, candidates[key], found) for key, found in clues.items() if found]
    return sorted(hits, key=lambda hit: (-hit.score, -hit.evidence, hit.candidate.key))


def _standing(candidate: Candidate, candidates: Mapping[int, Candidate]) -> Candidate | None:
    """The row that stands for it: itself, or the last one it was merged into; None where that one is gone."""
    passed: set[int] = set()
    at: Candidate | None = candidate
    while at is not None and at.state == State.MERGED:
        if at.key in passed or at.merged_into is None:
            return None
        passed.add(at.key)
        at = candidates.get(at.merged_into)
    return None if at is None or at.state == State.TOMBSTONE else at


def _clues(wanted: Sought, candidate: Candidate) -> list[_Clue]:
    """What this row says for itself, strongest first."""
    numbers = {candidate.phone_e164, candidate.mobile_e164}
    equal = {
        MatchEvidence.ID: bool(wanted.external_id) and wanted.external_id == candidate.external_id,
        MatchEvidence.VAT: bool(wanted.vat) and wanted.vat == candidate.vat_normalized,
        MatchEvidence.EMAIL: bool(wanted.email) and wanted.email == candidate.email_normalized,
        MatchEvidence.PHONE: not wanted.numbers.isdisjoint(numbers),
        MatchEvidence.NAME: bool(wanted.name_key) and wanted.name_key == candidate.name_key,
    }
    clues = [
        _Clue(evidence, 1.0, same.removeprefix("the ")) for evidence, same in _DECIDES.items() if equal[evidence]
    ]
    if wanted.name_key and candidate.name_key and not equal[MatchEvidence.NAME]:
        alike = name_likeness(wanted.name_key, candidate.name_key)
        if alike >= ALIKE:
            clues.append(_Clue(MatchEvidence.LIKENESS, alike, f"name {alike * 100:.0f} % alike: {candidate.name}"))
    return clues


def _hit(wanted: Sought, candidate: Candidate, clues: list[_Clue]) -> Hit:
    evidence = reduce(MatchEvidence.__or__, (clue.evidence for clue in clues))
    theirs = candidate.vat_normalized
    another = bool(wanted.vat and theirs) and wanted.vat != theirs
    contradicted = another and not evidence & (MatchEvidence.ID | MatchEvidence.VAT)
    reasons = [clue.reason for clue in sorted(clues, key=lambda clue: -clue.evidence)]
    if another:
        reasons.append(f"but another VAT number: {theirs}")
    score = max(clue.likeness for clue in clues) * (_CONTRADICTED if contradicted else 1)
    return Hit(candidate, evidence, score, tuple(dict.fromkeys(reasons)), contradicted)
