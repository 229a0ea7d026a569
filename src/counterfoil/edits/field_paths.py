"""Where the value of a field is kept upstream: the paths that a write has to name. Pure."""

from collections.abc import Collection, Mapping
from typing import Any, Protocol

import orjson

from counterfoil.connections import factory
from counterfoil.connectors.page import Resource
from counterfoil.connectors.reader_port import Flat
from counterfoil.ingest.rewrite import NOTHING
from counterfoil.mirror.models import Connection, Customer


class PathFilter(Protocol):
    """What of a connector's writer has to be known here."""

    def accepts(self, path: str) -> bool:
        """See `write_port.Writer.accepts`."""


class FieldPaths:
    """The places of one record. `sources` are the paths of each field, best first, `flat` what the record says by
    path now."""

    def __init__(self, writer: PathFilter, sources: Mapping[str, tuple[str, ...]], flat: Flat) -> None:
        self._writer = writer
        self._sources = sources
        self._flat = flat

    def has(self, field: str) -> bool:
        """Whether there is one that the upstream is known to keep."""
        return self.setting(field) is not None

    def setting(self, field: str) -> str | None:
        """Where a value has to be written to be read again: the first place that is kept, unless one before it
        says something already."""
        for path in self._sources.get(field, ()):
            if self._takes(path):
                return path
            if self._says(path):
                return None
        return None

    def values(self, fields: Mapping[str, Any]) -> dict[str, Any]:
        """What to write, by path. To clear a field is to clear every place that says something."""
        found: dict[str, Any] = {}
        for field, value in fields.items():
            if value is None:
                paths = [path for path in self._sources.get(field, ()) if self._says(path) and self._takes(path)]
                found.update(dict.fromkeys(paths or filter(None, [self.setting(field)])))
            elif (path := self.setting(field)) is not None:
                found[path] = value
        return found

    def carried(self, paths: Collection[str]) -> set[str]:
        """The fields that have one of these places."""
        return {field for field, places in self._sources.items() if any(place in paths for place in places)}

    def _takes(self, path: str) -> bool:
        return self._writer.accepts(path)

    def _says(self, path: str) -> bool:
        return self._flat.get(path) not in (None, "")


def customer_paths(connection: Connection, row: Customer) -> FieldPaths | None:
    """The places of one customer's fields; None where nothing is written."""
    found = factory.writer(connection)
    if found is None:
        return None
    reader = factory.connector_class(connection).collections[Resource.CUSTOMER].reader
    flat = reader.flatten(row.external_id or "", orjson.loads(row.raw or NOTHING))
    return FieldPaths(found, factory.all_sources(connection), flat)
