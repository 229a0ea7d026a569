"""Find the paths under which the upstream keeps the fields of a record: a write names them. Pure."""

from collections.abc import Collection, Mapping
from typing import Any, Protocol

import orjson

from counterfoil.connections import factory
from counterfoil.connectors import field_source
from counterfoil.connectors.page import Resource
from counterfoil.connectors.reader_port import Flat
from counterfoil.ingest.rewrite import NOTHING
from counterfoil.mapping.list_value import replace_first
from counterfoil.mirror.models import Connection, Customer, Mirrored
from counterfoil.mirror.resources import resource_of


class PathFilter(Protocol):
    """The part of a connector's writer that is needed here."""

    def accepts(self, path: str) -> bool: ...  # `write_port.Writer.accepts`


class FieldPaths:
    """The paths of one record's fields.

    `sources` has the paths of each field, best first; `flat` has the record's values by path.
    """

    def __init__(self, writer: PathFilter, sources: Mapping[str, tuple[str, ...]], flat: Flat) -> None:
        self._writer = writer
        self._sources = sources
        self._flat = flat

    def has(self, field: str) -> bool:
        """Tell whether the upstream is known to keep a value of this field."""
        return self.target(field) is not None

    def target(self, field: str) -> str | None:
        """Return the path where a value must be written to be read again.

        That is the first path that the upstream keeps, and None where an earlier path has a value already, which
        would be read instead.
        """
        for path in self._sources.get(field, ()):
            if self._is_writable(path):
                return path
            if self._has_value(path):
                return None
        return None

    def values(self, fields: Mapping[str, Any]) -> dict[str, Any]:
        """Return what to write, by path. Clearing a field clears every path of it that has a value.

        Where the upstream has a list, the value replaces the one that the field shows and the others stay.
        """
        written: dict[str, Any] = {}
        for field, value in fields.items():
            target = self.target(field)
            if value is None:
                paths = [path for path in self._sources.get(field, ()) if self._is_clearable(path)]
                written.update(dict.fromkeys(paths or filter(None, [target])))
            elif target is not None:
                written[target] = replace_first(self._flat.get(target), value)
        return written

    def fields_of(self, paths: Collection[str]) -> set[str]:
        """Return the fields that are read from one of these paths."""
        return {
            field
            for field, own in self._sources.items()
            if any(path in paths for source in own for path in field_source.paths(source, self._flat))
        }

    def _is_clearable(self, path: str) -> bool:
        return self._has_value(path) and self._is_writable(path)

    def _is_writable(self, path: str) -> bool:
        """Tell whether a value can be written; where a list of objects stands, it would replace all of them.

        What is joined from several paths has no place to be written to.
        """
        if path not in self._flat and not field_source.is_plain(path):
            return False
        parent, _, inner = path.partition(".")
        return self._writer.accepts(path) and not (inner and isinstance(self._flat.get(parent), list))

    def _has_value(self, path: str) -> bool:
        return any(self._flat.get(each) not in (None, "") for each in field_source.paths(path, self._flat))


def record_paths(row: Mirrored) -> FieldPaths | None:
    """Return the paths of a record's fields; None where its connection does not write such records."""
    if isinstance(row, Customer):
        return customer_paths(row.connection, row)
    resource = resource_of(row)
    writer = factory.writer(row.connection, resource)
    if writer is None:
        return None
    reader = factory.connector_class(row.connection).collections[resource].reader
    flat = reader.flatten(row.external_id or "", orjson.loads(row.raw or NOTHING))
    return FieldPaths(writer, reader.default_sources, flat)


def customer_paths(connection: Connection, row: Customer) -> FieldPaths | None:
    """Return the paths of a customer's fields; None for a read-only connection."""
    writer = factory.writer(connection)
    if writer is None:
        return None
    reader = factory.connector_class(connection).collections[Resource.CUSTOMER].reader
    flat = reader.flatten(row.external_id or "", orjson.loads(row.raw or NOTHING))
    return FieldPaths(writer, factory.all_sources(connection), flat)
