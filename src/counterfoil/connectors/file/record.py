"""Rows of a file as customers: their values by column."""

from collections.abc import Mapping
from typing import Any, ClassVar

from counterfoil.connectors.reader_port import canonical_hash
from counterfoil.normalize.empty_words import is_no_value
from counterfoil.normalize.text import is_blank


class FileReader:
    """Reads a row. A source is a column's name, or a dotted path into a JSON object."""

    default_sources: ClassVar[Mapping[str, tuple[str, ...]]] = {}
    only_in_detail: ClassVar[frozenset[str]] = frozenset()
    complete_keys: ClassVar[frozenset[str] | None] = None
    noise: ClassVar[frozenset[str]] = frozenset()
    silent: ClassVar[frozenset[str] | None] = None
    of_primary_person: ClassVar[frozenset[str]] = frozenset()
    has_empty_words: ClassVar[bool] = True

    def flatten(self, external_id: str, raw: Mapping[str, Any]) -> dict[str, Any]:
        """Return values by column. Objects inside a JSON line get dotted paths.

        What stands for nothing in any column, a blank too, is left out.
        """
        flat = {key: value for key, value in raw.items() if not is_nothing(value)}
        for key, value in raw.items():
            if isinstance(value, dict):
                del flat[key]
                for path, inner in self.flatten(external_id, value).items():
                    flat.setdefault(f"{key}.{path}", inner)
        return flat

    def digest(self, raw: Mapping[str, Any]) -> bytes:
        """Hash the whole row."""
        return canonical_hash(raw)

    def archived(self, raw: Mapping[str, Any]) -> bool:
        """Return False: a file has no archive marker."""
        return False

    def label(self, path: str) -> str:
        """Return the column's name."""
        return path


def is_nothing(value: object) -> bool:
    """Tell whether a cell stands for nothing in any column: it is blank, or says `NULL`, "n/a", "-"."""
    return type(value) is str and (is_no_value(value) or is_blank(value))
