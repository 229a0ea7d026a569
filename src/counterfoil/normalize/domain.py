"""Normalise host names, for e-mail addresses and websites."""

import re
from unicodedata import category

from counterfoil.normalize.text import compatible

_LONGEST = 253
_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
HOST = rf"(?:{_LABEL}\.)+[a-z](?:[a-z0-9-]{{0,61}}[a-z0-9])"
"""A pattern for a host name in lower-case ASCII, with a dot and a last part that is not a number."""

_MARKS = frozenset({"Mn", "Mc"})
_HOST = re.compile(HOST)


def host(text: str) -> str | None:
    """Return a host name in lower-case ASCII, or None if it is invalid: "Café.BE" becomes "xn--caf-dma.be".

    Other letters become punycode as in browsers today (IDNA 2008: ß differs from ss). A host name needs a dot and
    a last part that starts with a letter, so bare machine names and IP addresses are invalid.
    """
    if len(text) > _LONGEST:
        return None
    name = text.lower().removesuffix(".")
    if not name.isascii():
        labels = compatible(name).lower().replace("。", ".").split(".")
        if not all(map(_can_be_label, labels)):
            return None
        name = ".".join(label if label.isascii() else _punycode(label) for label in labels)
    return name if len(name) <= _LONGEST and _HOST.fullmatch(name) else None


def _can_be_label(label: str) -> bool:
    return 0 < len(label) <= 63 and all(c == "-" or c.isalnum() or category(c) in _MARKS for c in label)


def _punycode(label: str) -> str:
    return "xn--" + label.encode("punycode").decode("ascii")
