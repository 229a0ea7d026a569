"""Normalise countries to ISO 3166-1 alpha-2 codes, from codes and names in five languages."""

import re
from functools import cache, lru_cache

from counterfoil.normalize import country_aliases, country_names
from counterfoil.normalize.outcome import EMPTY, Normalized
from counterfoil.normalize.text import clean, fold

_LONGEST = 120

_WORD = re.compile(r"[^\W_]+")
_SPLIT = re.compile(r"[/|;:(),\[\]]|\s[-–]\s|(?<=^\w\w)-|(?<=^\w\w\w)-")
_THE = "BQ BS CC CF DO FK FO GM IM KM KY MH MP MV NL PH PS SB SC TC TF VA VG VI"
_WITH_THE = frozenset(_THE.split())
_DROPPED = frozenset({"the", "and", "en", "et", "und", "la", "le", "les", "l", "de", "het", "der", "die"})
_SAINT = frozenset({"st", "ste", "sint", "sankt", "sainte"})
_NOTHING = frozenset({"n/a", "n.a.", "n.a", "n.v.t.", "nvt"})
_STATE = re.compile(
    r"^(?:(?:federal |federative |islamic |arab |hashemite )?(?:republic|kingdom|state|commonwealth) of|"
    r"independent state of|grand duchy of|sultanate of|principality of|"
    r"koninkrijk|republiek|groothertogdom|royaume(?: du)?|republique(?: federale)?(?: d| du)?|grand duche|"
    r"konigreich|republik|bundesrepublik|grossherzogtum) "
)


def country(raw: str | None) -> Normalized:
    """Return the ISO 3166-1 alpha-2 code of a country: "België", "Pays-Bas" and "U.A.E." become BE, NL and AE.

    Accepts two- and three-letter codes, the car codes A, B, D, E, F, I, L and names in Dutch, French, German,
    English (Unicode CLDR) and Spanish (the aliases in `country_aliases.py`). Kosovo is XK. Never guesses between
    two countries.
    """
    if not raw:
        return EMPTY
    exact = _exact().get(raw)
    return exact if exact is not None else _country(raw[:_LONGEST])


def country_name(code: str) -> str | None:
    """Return the English name of a country as in a sentence ("the Netherlands"), or None for an unknown code."""
    name = _names().get(code)
    return f"the {name}" if name and (code in _WITH_THE or name.startswith("United")) else name


@lru_cache(maxsize=2048)
def _country(raw: str) -> Normalized:
    text = clean(raw)
    key = _key(text)
    if not key or text.lower() in _NOTHING:
        return Normalized(None, "no country in it") if text else EMPTY
    code = _by_key().get(key) or _by_key().get(_STATE.sub("", key))
    if code is None:
        code = _from_parts([part for part in _SPLIT.split(text) if _key(part)])
    if code is None:
        return Normalized(None, "not a country that is known")
    if code == "":
        return Normalized(None, "could be more than one country")
    return Normalized(code, None)


def _from_parts(parts: list[str]) -> str | None:
    # The country named by "Belgium (BE)" or "Antwerpen, België"; "" if the parts name different ones.
    if len(parts) < 2:
        return None
    turned = _by_key().get(_key(" ".join([*parts[1:], parts[0]])))  # "Korea, North"
    if turned:
        return turned
    codes = [_by_key().get(_key(part)) for part in parts]
    if None in codes:  # then "CO" in "Denver, CO" need not be a country: only whole names count
        codes = [code for code, part in zip(codes, parts, strict=True) if code and len(_key(part)) > 3]
    found = {code for code in codes if code}
    if len(found) > 1:
        return ""
    return found.pop() if found else None


def _key(name: str) -> str:
    # Folded words without articles and "and"; single letters are joined ("U.S.A." becomes "usa").
    found = _WORD.findall(fold(name))
    kept = [("saint" if word in _SAINT else word) for word in found if word not in _DROPPED] or found
    key = " ".join(kept)
    return re.sub(r"\b(\w) (?=\w\b)", r"\1", key)


@cache
def _names() -> dict[str, str]:
    return {line[:2]: line[7:].partition("|")[0] for line in country_names.TABLE.splitlines()}


@cache
def _exact() -> dict[str, Normalized]:
    # What needs no folding: the codes, and the names as CLDR writes them.
    answers: dict[str, Normalized] = {}
    for line in country_names.TABLE.splitlines():
        code = line[:2]
        answers |= dict.fromkeys([code, *filter(None, line[7:].split("|"))], Normalized(code, None))
    return answers


@cache
def _by_key() -> dict[str, str]:
    # Ambiguous keys have the code "".
    codes = {_key(name): "" for name in country_aliases.AMBIGUOUS}
    for line in country_aliases.TABLE.splitlines():
        codes |= dict.fromkeys(map(_key, line[3:].split("|")), line[:2])
    for line in country_names.TABLE.splitlines():
        codes |= dict.fromkeys(map(_key, [line[:2], line[3:6], *filter(None, line[7:].split("|"))]), line[:2])
    return codes
