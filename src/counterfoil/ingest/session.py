"""What ingesting one resource of a connection needs: runs and webhooks open the same session."""

from collections.abc import Callable, Sequence
from functools import cached_property
from types import TracebackType
from typing import Self

from counterfoil.connections import factory
from counterfoil.connectors.page import Resource
from counterfoil.connectors.reader_port import Reader
from counterfoil.ingest.classify import Classifier
from counterfoil.ingest.edit_overlay import EditMerger
from counterfoil.ingest.live_read import LiveReader
from counterfoil.ingest.mapping_pool import MappingPool
from counterfoil.ingest.pipeline import Ingest
from counterfoil.mapping.mapper import Mapper
from counterfoil.mirror import vocabulary
from counterfoil.mirror.models import Connection
from counterfoil.mirror.resources import Table, table
from counterfoil.mirror.shapes import merge_payloads
from counterfoil.mirror.store.record_store import RecordStore, record_store


class IngestSession:
    """The table of a resource, its store, the mapping processes and the pending edits. Close it after use.

    Raises InvalidSetting for a connection whose connector this version does not have.
    """

    def __init__(self, connection: Connection, resource: str, *, own_mapper: Mapper | None = None) -> None:
        """`own_mapper` replaces the connection's mapper."""
        kind = factory.connector_class(connection)
        self.connection = connection
        self.connection_id: int = connection.pk
        self.table: Table = table(resource)
        self.store: RecordStore = record_store(self.table)
        self.resources: Sequence[Resource] = list(factory.collections_of(connection))
        collection = kind.collections[self.table.resource]
        self.reader: Reader = collection.reader
        self.ids_may_be_retyped = collection.capabilities.ids_may_be_retyped
        config = factory.mapping_config(connection, self.table.resource)
        self.pool = MappingPool(config, self.table.form, own_mapper)
        self.merger = EditMerger(connection.pk, self.table, self.pool)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @cached_property
    def persons(self) -> "IngestSession | None":
        """The same for contact persons, who may come inside their customers; None where there are none."""
        if Resource.CONTACT_PERSON not in self.resources:
            return None
        return IngestSession(self.connection, Resource.CONTACT_PERSON)

    def merge_payloads(self, stored: bytes, incoming: bytes) -> bytes:
        """Lay a payload over the stored one: what it does not say stays, unless payloads are complete."""
        complete = self.reader.complete_keys
        return incoming if complete is None else merge_payloads(stored, incoming, complete)

    def pipeline(
        self, check: Callable[[], None], *, read: LiveReader | None = None, run_id: int | None = None
    ) -> Ingest:
        """Build the way in.

        `check` is called first in every transaction and raises where the caller has lost its lease or claim.
        Without `read`, records that only a live read can decide stay undecided.
        """
        classifier = Classifier(self.connection_id, self.store, read, self.reader)
        return Ingest(self, classifier, check, run_id)

    def save_words(self) -> None:
        """Add the new words of mapped records, and of persons inside them, to the connection's vocabulary.

        Call it before the transaction that writes the records: so others wait for a moment only, not for a batch.
        """
        if new := self.pool.new_words:
            vocabulary.add(self.connection_id, new)
            self.pool.add_known(new)
        if (persons := self.__dict__.get("persons")) is not None:
            persons.save_words()

    def close(self) -> None:
        """End the mapping processes."""
        self.pool.close()
        if (persons := self.__dict__.get("persons")) is not None:
            persons.close()
