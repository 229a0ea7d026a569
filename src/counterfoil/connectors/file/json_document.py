"""Read the objects of a JSON document one by one: a list of them, an object with one such list in it, or objects.

The document is never in memory as a whole, only an object of it.
"""

import json
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any, TextIO

from counterfoil.connectors.file import lines, messages
from counterfoil.connectors.json_outline import has_more_values
from counterfoil.connectors.partial_decoder import decode_readable
from counterfoil.errors import InvalidInput

_BLOCK = 1 << 20
_DEEPEST_LIST = 3
"""Objects in one another in which the list is looked for."""
MOST_VALUES = 1_000_000
"""Values of an object: `[],[],[]` takes thirty times its size when it is decoded."""
_BETWEEN = re.compile(r"[\s,]*")
_NEXT_OBJECT = re.compile(r"\}\s*,\s*(?=\{)")


_MOST = 2**63


def _whole_number(digits: str) -> int | str:
    """Keep a number that has more than 64 bits as text: it may be an id."""
    number = int(digits) if len(digits) <= 20 else _MOST
    return number if -_MOST < number < _MOST else digits


def _no_number(name: str) -> None:
    raise ValueError(name)


_DECODE = json.JSONDecoder(parse_int=_whole_number, parse_constant=_no_number).raw_decode


@dataclass(frozen=True, slots=True)
class JsonObject:
    """An object that ends on `line`, or a `problem` (made of templates) and the text in the file."""

    line: int
    values: dict[str, Any]
    text: str
    problem: str = ""


class JsonDocument:
    """Iterates over the objects. `names` are keys of an object: one that has them is no envelope of a list."""

    def __init__(self, file: TextIO, name: str, names: Collection[str] = ()) -> None:
        self._file = file
        self._name = name
        self._names = names
        self._text = ""
        self._at = 0
        self._line = 1
        self._counted = 0
        self._ended = False
        self._lost = False
        self._keys: set[str] = set()
        self._lists: list[str] = []

    def __iter__(self) -> Iterator[JsonObject]:
        while sign := self._peek():
            if sign == "[":
                self._at += 1
                yield from self._list()
            elif sign == "{" and not self._is_record():
                yield from self._envelope(1)
            else:
                yield self._entry()

    def _list(self) -> Iterator[JsonObject]:
        while (sign := self._peek()) != "]":
            if not sign:
                yield JsonObject(self._line_here(), {}, "", messages.DOCUMENT_CUT_OFF(line=self._line_here()))
                return
            yield self._entry()
            if self._lost:
                return
        self._at += 1

    def _envelope(self, depth: int) -> Iterator[JsonObject]:
        """Yield the objects of the one list in an object, whatever else is in it."""
        self._at += 1
        while (sign := self._peek()) != "}":
            try:
                if sign != '"':
                    raise ValueError(sign)
                key, _ = self._value()
                if self._peek() != ":":
                    raise ValueError(key)
                self._at += 1
                sign = self._peek()
                if sign == "[":
                    self._at += 1
                    if self._peek() != "{":
                        self._skip_list()
                        continue
                    self._note_list(str(key))
                    yield from self._list()
                    if self._lost:
                        return
                elif sign == "{" and depth < _DEEPEST_LIST:
                    yield from self._envelope(depth + 1)
                else:
                    self._value()
            except (ValueError, RecursionError):
                line = self._line_here()
                yield JsonObject(line, {}, "", messages.DOCUMENT_CUT_OFF(line=line))
                self._give_up()
                return
        self._at += 1

    def _note_list(self, name: str) -> None:
        self._lists.append(name)
        if len(self._lists) > 1:
            names = ", ".join(self._lists)
            raise InvalidInput(messages.SEVERAL_LISTS(file=self._name, names=names), messages.KEEP_ONE())

    def _skip_list(self) -> None:
        while self._peek() != "]":
            self._value()
        self._at += 1

    def _is_record(self) -> bool:
        """Tell whether the object here is a record itself: it has the names, or no list of objects in it."""
        if self._keys:
            return True
        try:
            value, text = self._value()
        except lines.LineTooLong:
            return False
        except (ValueError, RecursionError):
            return "[" not in self._text[self._at : self._at + lines.SHOWN]
        self._at -= len(text)
        return any(name.partition(".")[0] in value for name in self._names) or not _has_list(value, 1)

    def _entry(self) -> JsonObject:
        try:
            value, text = self._value()
        except lines.LineTooLong as error:
            line = self._line_here()
            self._give_up()
            return JsonObject(line, {}, error.start, messages.UNREADABLE_LINE(line=line, problem=str(error)))
        except (ValueError, RecursionError):
            line, text = self._line_here(), self._skip_entry()
            values = decode_readable(text.encode(errors="replace")) or {}  # the id may be among them
            return JsonObject(line, values, text[: lines.SHOWN], messages.LINE_NOT_JSON(line=line))
        line = self._line_here()
        if isinstance(value, dict):
            self._keys = set(value)
            return JsonObject(line, value, text)
        return JsonObject(line, {}, text, messages.LINE_NOT_OBJECT(line=line))

    def _skip_entry(self) -> str:
        """Go behind an object that cannot be read, to where another one like those before begins. Return its text.

        Where there is none, the rest of the file is lost.
        """
        while len(self._text) - self._at < _BLOCK and self._more():
            pass
        start = self._at
        for found in _NEXT_OBJECT.finditer(self._text, start):
            try:
                value, _ = _DECODE(self._text, found.end())
            except (ValueError, RecursionError):
                continue
            if isinstance(value, dict) and (not self._keys or len(self._keys & value.keys()) * 2 > len(value)):
                self._at = found.end()
                return self._text[start : found.start() + 1]
        self._give_up()
        return self._text[start:]

    def _give_up(self) -> None:
        self._at = len(self._text)
        self._ended = self._lost = True

    def _value(self) -> tuple[Any, str]:
        """Decode the value here and go behind it. Raises ValueError, RecursionError, LineTooLong."""
        while True:
            try:
                value, end = _DECODE(self._text, self._at)
            except (ValueError, RecursionError):
                if self._more():
                    continue
                raise
            if end == len(self._text) and self._more():  # a number may go on
                continue
            text = self._text[self._at : end]
            self._at = end
            return value, text

    def _peek(self) -> str:
        """Go behind spaces and commas and return the character there, or "" at the end."""
        while True:
            found = _BETWEEN.match(self._text, self._at)
            self._at = found.end() if found else self._at
            if self._at < len(self._text):
                return self._text[self._at]
            if not self._more():
                return ""

    def _more(self) -> bool:
        """Read on, and leave out what was read. Returns False at the end of the file."""
        left = len(self._text) - self._at
        if left > lines.LONGEST_LINE:
            raise lines.LineTooLong(self._text[self._at : self._at + lines.SHOWN])
        if left >= _BLOCK and has_more_values(self._text[self._at :].encode(errors="replace"), MOST_VALUES):
            raise lines.LineTooLong(self._text[self._at : self._at + lines.SHOWN])
        block = "" if self._ended else self._file.read(max(_BLOCK, left))
        if not block:
            self._ended = True
            return False
        self._line_here()
        self._text = self._text[self._at :] + block
        self._at = self._counted = 0
        return True

    def _line_here(self) -> int:
        self._line += self._text.count("\n", self._counted, self._at)
        self._counted = max(self._counted, self._at)
        return self._line


def _has_list(value: dict[str, Any], depth: int) -> bool:
    """Tell whether there is a list of objects in an object."""
    return any(
        (isinstance(each, list) and each and isinstance(each[0], dict))
        or (isinstance(each, dict) and depth < _DEEPEST_LIST and _has_list(each, depth + 1))
        for each in value.values()
    )
