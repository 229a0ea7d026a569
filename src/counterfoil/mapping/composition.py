"""Sources of fields that are more than one path: alternatives, joined parts, the opposite of a column. Pure.

How they are written is in `connectors/field_source.py`. A value that a record has and that its field does not use,
as the first name of somebody whose company has a name, stays visible among the extra fields.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from counterfoil.connectors import field_source
from counterfoil.connectors.field_source import SourcePart
from counterfoil.connectors.reader_port import Flat
from counterfoil.mapping.empty_cells import is_empty
from counterfoil.mapping.fields import CUSTOMER_FIELDS
from counterfoil.mapping.list_value import first_value
from counterfoil.normalize.activity import is_inactive
from counterfoil.normalize.empty_words import is_no_text
from counterfoil.normalize.value import boolean, day, instant, text

_BOOLEANS = frozenset(field.name for field in CUSTOMER_FIELDS if field.kind == "boolean")


class Composition:
    """The sources of one mapper's fields.

    `own` are those of the connection's field map; `left_out` is never among the extra fields.
    """

    def __init__(
        self,
        sources: Mapping[str, tuple[str, ...]],
        own: Mapping[str, tuple[str, ...]],
        left_out: Iterable[str],
        *,
        has_empty_words: bool,
    ) -> None:
        written = [(field, source) for field, listed in sources.items() for source in listed]
        self._composed = {
            source: field_source.read(source) for _, source in written if not field_source.is_plain(source)
        }
        self._choices = [
            (field, listed)
            for field, listed in own.items()
            if len(listed) > 1 or field in _BOOLEANS or not field_source.is_plain("".join(listed))
        ]
        chosen = {field for field, _ in self._choices}
        self.always_used = frozenset(source for field, source in written if field not in chosen).union(left_out)
        self.paths = frozenset(path for _, source in written for path in (source, *self._parts(source)))
        self._of_activity = frozenset(sources.get("is_active", ()))
        self._has_empty_words = has_empty_words
        self._singles = [(field, path) for field, source in written for path in self._single_paths(source)]

    def _parts(self, source: str) -> tuple[str, ...]:
        return field_source.paths(source) if source in self._composed else ()

    def _single_paths(self, source: str) -> list[str]:
        """Return the paths whose whole value a field can have."""
        parts = self._composed.get(source)
        return [source] if parts is None else [part.paths[0] for part in parts if len(part.paths) == 1]

    def complete(self, flat: Flat) -> None:
        """Drop the words of a file that stand for nothing, then add the value of each composed source."""
        if self._has_empty_words:
            for field, path in self._singles:
                value = flat.get(path)
                if type(value) is str and is_empty(field, value):
                    del flat[path]
        for source, parts in self._composed.items():
            if source not in flat:  # else it is the name of one path
                value, _ = self._value(parts, flat)
                if value is not None:
                    flat[source] = value
                if source in self._of_activity and any(_denies(self._value_of(part, flat)) for part in parts):
                    flat[source] = False

    def used(self, flat: Flat) -> frozenset[str]:
        """Return what the fields use of one record that was completed."""
        if not self._choices:
            return self.always_used
        found = {*self.always_used, *self._composed}
        for field, sources in self._choices:
            if field in _BOOLEANS:
                found.update(path for source in sources for path in self._understood(source, flat))
                continue
            source = next((each for each in sources if flat.get(each) not in (None, "")), "")
            parts = self._composed.get(source)
            found.update((source,) if parts is None else self._value(parts, flat)[1])
        return frozenset(found)

    def _understood(self, source: str, flat: Flat) -> list[str]:
        """Return the paths that say yes or no, in words that are known."""
        parts = self._composed.get(source, (SourcePart((source,)),))
        return [
            path
            for part in parts
            for path in part.paths
            if _says(flat.get(path), or_when=part.opposite) is not None
        ]

    def _value(self, parts: tuple[SourcePart, ...], flat: Flat) -> tuple[Any, tuple[str, ...]]:
        """Return the first value that there is, and the paths that it is made of."""
        for part in parts:
            value = self._value_of(part, flat)
            if value is not None and value != "":
                return value, part.paths
        return None, ()

    def _value_of(self, part: SourcePart, flat: Flat) -> Any:
        if part.opposite:
            said = _says(flat.get(part.paths[0]), or_when=True)
            return None if said is None else not said
        if len(part.paths) == 1:
            return flat.get(part.paths[0])
        texts = [found for path in part.paths if (found := text(first_value(flat.get(path))))]
        is_nothing = self._has_empty_words and all(map(is_no_text, texts))
        return None if is_nothing else " ".join(texts)


def _denies(value: Any) -> bool:
    return boolean(first_value(value)) is False or is_inactive(first_value(value))


def _says(value: Any, *, or_when: bool) -> bool | None:
    """Read yes or no. A word for inactive is a yes; `or_when`: the day since when is one, too."""
    value = first_value(value)
    said = boolean(value)
    if said is None and is_inactive(value):
        return True
    if said is None and or_when and isinstance(value, str) and (day(value).value or instant(value)):
        return True
    return said
