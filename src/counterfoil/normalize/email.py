"""Normalise e-mail addresses for matching: one address in lower case, checked by its syntax alone."""

import re

from counterfoil.normalize.domain import HOST, host
from counterfoil.normalize.outcome import EMPTY, Normalized
from counterfoil.normalize.text import compatible

_LONGEST_TEXT = 1000
_LONGEST = 254
_LONGEST_LOCAL = 64

_ATOM = r"[a-z0-9!#$%&'*+=?^_`{}~-]+"
_LOCAL = re.compile(rf"{_ATOM}(?:\.{_ATOM})*")
_CLEAN = re.compile(rf"(?=[^@'*`][^@']{{0,{_LONGEST_LOCAL - 1}}}@){_ATOM}(?:\.{_ATOM})*@{HOST}")
_BETWEEN = re.compile(r"[\s;,<>()\[\]\"|/\\]+")


def email(raw: str | None) -> Normalized:
    """Return the first valid address in a text: "Jan <Jan@Acme.BE>; info@acme.be" becomes "jan@acme.be".

    The part before the @ becomes lower case too: the standard lets servers tell capitals apart, but none in use
    does. Domains outside ASCII become punycode. No DNS look-up is made.
    """
    if not raw:
        return EMPTY
    lower = raw.lower()
    if len(lower) <= _LONGEST and _CLEAN.fullmatch(lower):
        return Normalized(lower, None)
    return _email(raw[:_LONGEST_TEXT])


def _email(raw: str) -> Normalized:
    text = compatible(raw).lower()
    if "@" not in text:
        return Normalized(None, "no @") if text else EMPTY
    first: Normalized | None = None
    for version in (text, text.replace(" @", "@").replace("@ ", "@")):
        for part in _BETWEEN.split(version):
            if "@" in part:
                outcome = _address(part)
                if outcome.value:
                    return outcome
                first = first or outcome
    return first or EMPTY


def _address(part: str) -> Normalized:
    local, _, domain = part.strip("'.:*`").partition("@")
    local = local.rpartition(":")[2].strip("'")  # "mailto:" and "E-mail:"
    domain = domain.partition("?")[0].strip("'.:")
    reason = _objection(local, domain)
    if reason:
        return Normalized(None, reason)
    name = host(domain)
    if name is None:
        return Normalized(None, "not a valid domain after @" if "." in domain else "no dot in the domain after @")
    address = f"{local}@{name}"
    return Normalized(address, None) if len(address) <= _LONGEST else Normalized(None, "too long for an address")


def _objection(local: str, domain: str) -> str | None:
    if "@" in domain:
        return "more than one @"
    if not local:
        return "nothing before @"
    if not domain:
        return "no domain after @"
    if len(local) > _LONGEST_LOCAL:
        return "too long before @"
    if not _LOCAL.fullmatch(local):
        return "a character that cannot stand before @" if ".." not in local else "two dots in a row before @"
    return None
