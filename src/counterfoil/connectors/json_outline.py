"""Find the parts of JSON by its brackets, commas and quotes alone, where a strict parser refuses the whole.

One entry with a raw tab, NaN, half a surrogate pair or ten thousand nested lists costs itself, never the page that
it stands in. What is cut off, or is no JSON at all, has no outline. Nothing here recurses; a text is read once.
"""

import re
from codecs import BOM_UTF8
from collections.abc import Mapping

import msgspec

MOST_PARTS = 100_000
"""More parts than any page has: a text of commas alone fills no memory."""

_SPACE = b" \t\r\n"
_MARK = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"|[][{},"]', re.DOTALL)
_NAME = re.compile(rb'[ \t\r\n]*+("[^"\\]*+(?:\\.[^"\\]*+)*+")[ \t\r\n]*+:', re.DOTALL)
_OPENING, _CLOSING, _COMMA, _QUOTE = b"[{", b"]}", ord(","), ord('"')


def members(text: bytes) -> dict[str, bytes] | None:
    """Return the values of an object by name, as they are written. None where the text is no closed object."""
    parts = _parts(text, b"{}")
    if parts is None:
        return None
    found: dict[str, bytes] = {}
    for part in parts:
        name = _NAME.match(part)
        if name is None:
            continue
        try:
            found[msgspec.json.decode(name[1], type=str)] = part[name.end() :].strip(_SPACE)
        except (msgspec.MsgspecError, UnicodeDecodeError):  # no name that anybody looks for
            continue
    return found


def elements(text: bytes) -> list[bytes] | None:
    """Return the elements of a list, as they are written. None where the text is no closed list."""
    parts = _parts(text, b"[]")
    return None if parts is None else [part for part in (part.strip(_SPACE) for part in parts) if part]


def is_closed(text: bytes) -> bool:
    """Tell whether the text is an object or a list that was not cut off."""
    return _parts(text, b"{}") is not None or _parts(text, b"[]") is not None


def compose(parts: Mapping[str, bytes]) -> bytes:
    """Write an object of values as `members` returns them."""
    return b"{" + b",".join(msgspec.json.encode(name) + b":" + value for name, value in parts.items()) + b"}"


def is_deeper(text: bytes, most: int) -> bool:
    """Tell whether more than so many objects and lists are open at once."""
    if text.count(b"[") + text.count(b"{") <= most:
        return False
    level = 0
    for mark in _MARK.finditer(text):
        found = text[mark.start()]
        if found in _OPENING:
            level += 1
            if level > most:
                return True
        elif found in _CLOSING:
            level -= 1
        elif _never_ends(found, mark):
            return False
    return False


def has_more_values(text: bytes, most: int) -> bool:
    """Tell whether more than so many values stand in the text: each but the first follows a comma or a bracket."""
    if text.count(b",") + text.count(b"[") + text.count(b"{") <= most:  # those within strings are counted too
        return False
    values = 0
    for mark in _MARK.finditer(text):
        found = text[mark.start()]
        values += found == _COMMA or found in _OPENING
        if values > most:
            return True
    return False


def _parts(text: bytes, brackets: bytes) -> list[bytes] | None:
    """Split what stands between the outer brackets at its commas."""
    text = text.removeprefix(BOM_UTF8).strip(_SPACE)
    if text[:1] != brackets[:1] or text[-1:] != brackets[1:]:
        return None
    parts: list[bytes] = []
    level, start = 0, 1
    for mark in _MARK.finditer(text):
        found = text[mark.start()]
        if found in _OPENING:
            level += 1
        elif found in _CLOSING:
            level -= 1
            if level == 0:
                return [*parts, text[start:-1]] if mark.end() == len(text) else None
        elif found == _COMMA and level == 1:
            parts.append(text[start : mark.start()])
            start = mark.end()
            if len(parts) > MOST_PARTS:
                return None
        elif _never_ends(found, mark):
            return None
    return None


def _never_ends(found: int, mark: re.Match[bytes]) -> bool:
    """Tell whether a mark is a quote that no other one follows."""
    return found == _QUOTE and mark.end() == mark.start() + 1
