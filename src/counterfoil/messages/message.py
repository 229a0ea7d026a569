"""Sentences that are stored as a code with values, and put into words when they are shown.

    NO_ID = Template("record_without_id", "A {kind} came without an id.")
    raise BadRecord(NO_ID(kind="customer"))

A `Message` is a string like any other, already worded. What a column keeps of it (`stored`) are the codes and the
values, so that a sentence can be improved, put into another language or given in the reader's time zone later.
Text without a code (from an older version, or from a connector that words its own) is kept and shown as it is.
"""

import json
import string
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from typing import Any, NamedTuple, Self

_START = '[{"code":'
_TEMPLATES: dict[str, "Template"] = {}
_loaders: list[Callable[[], object]] = []


class Part(NamedTuple):
    """One sentence: its code, or "" for plain text, which then is the value `text`."""

    code: str
    values: Mapping[str, Any]


class Message(str):
    """Sentences one after the other, worded, with the codes and values they were made of."""

    __slots__ = ("parts",)
    parts: Sequence[Part]

    def __new__(cls, parts: Iterable[Part]) -> Self:
        parts = tuple(parts)
        made = super().__new__(cls, " ".join(_worded(part) for part in parts))
        made.parts = parts
        return made

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.parts,)

    @property
    def codes(self) -> tuple[str, ...]:
        return tuple(part.code for part in self.parts if part.code)

    @property
    def stored(self) -> str:
        """The JSON that a column keeps: `[{"code": ..., "values": {...}}, ...]`."""
        return json.dumps([_plain(part) for part in self.parts], separators=(",", ":"))


class Template:
    """Words one sentence that columns keep; `one` is its form where the value `count` is 1.

    Formats: `{when:moment}` shows a time on the reader's clock, `{resource:nouns}` what its records are called,
    and `{resource:title}` what they are told apart by.
    Raises ValueError where the code is used already.
    """

    def __init__(self, code: str, text: str, *, one: str = "") -> None:
        if code in _TEMPLATES:
            raise ValueError(f"Two templates have the code {code!r}.")
        self.code = code
        self._text = text
        self._one = one
        _TEMPLATES[code] = self

    def __call__(self, **values: Any) -> Message:
        return Message([Part(self.code, values)])

    def word(self, values: Mapping[str, Any]) -> str:
        text = self._one if self._one and values.get("count") == 1 else self._text
        # Sentences that were stored before they named a resource were about customers.
        return _FORMATTER.vformat(text, (), {"resource": "customer", **values})


def load_unknown_codes_with(load: Callable[[], object]) -> None:
    """Call `load` whenever a code is unknown: it imports the catalogues that are not imported yet.

    Connectors' catalogues stand in packages that this lowest layer cannot name.
    """
    if load not in _loaders:
        _loaders.append(load)


def join(*texts: str) -> str:
    """Put several texts after one another, empty ones left out; what has a code keeps it."""
    return Message(part for text in texts if text for part in _parts(text))


def read(stored: str) -> str:
    """Word what a column holds. Text that no code wrote is returned as it is."""
    if not stored.startswith(_START):
        return stored
    try:
        return Message(Part(each["code"], _read_values(each["values"])) for each in json.loads(stored))
    except (ValueError, TypeError, KeyError, AttributeError):
        return stored


def store(text: str) -> str:
    """Return what a column keeps of a text: codes and values where it has them, else the text itself."""
    if isinstance(text, Message) and text.codes:
        return text.stored
    return str(text)


_NOUNS = {
    "customer": ("customer", "customers"),
    "contact_person": ("contact person", "contact persons"),
    "invoice": ("invoice", "invoices"),
}
"""One record and several, by resource."""


class _Formatter(string.Formatter):
    def format_field(self, value: Any, format_spec: str) -> str:
        if format_spec in {"noun", "nouns"}:
            return _NOUNS[value][format_spec == "nouns"]
        if format_spec == "title":
            return "number" if value == "invoice" else "name"
        if format_spec == "moment":
            moment = datetime.fromisoformat(value) if isinstance(value, str) else value
            return f"{moment.astimezone():%H:%M %Z on %d %B}"
        return str(super().format_field(value, format_spec))


_FORMATTER = _Formatter()


def _worded(part: Part) -> str:
    if not part.code:
        return str(part.values["text"])
    if part.code not in _TEMPLATES:
        for load in _loaders:
            load()
    with suppress(KeyError, ValueError, TypeError):  # KeyError also: its connector is not installed any more
        return _TEMPLATES[part.code].word(part.values)
    return f"{part.code} ({', '.join(f'{name}: {value}' for name, value in part.values.items())})"


def _parts(text: str) -> Sequence[Part]:
    return text.parts if isinstance(text, Message) else (Part("", {"text": str(text)}),)


def _plain(part: Part) -> dict[str, Any]:
    return {"code": part.code, "values": {name: _plain_value(value) for name, value in part.values.items()}}


def _plain_value(value: Any) -> Any:
    if isinstance(value, Message):
        return [_plain(part) for part in value.parts]
    if isinstance(value, datetime):
        return value.isoformat()
    return value if isinstance(value, int | float | str | None) else str(value)


def _read_values(values: Mapping[str, Any]) -> dict[str, Any]:
    """Turn values that are lists back into the messages within this one."""
    return {
        name: Message(Part(each["code"], _read_values(each["values"])) for each in value)
        if isinstance(value, list)
        else value
        for name, value in values.items()
    }
