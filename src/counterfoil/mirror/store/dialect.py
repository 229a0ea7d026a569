"""The interface behind which the databases differ."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from contextlib import AbstractContextManager
from decimal import Decimal
from typing import Any, ClassVar

from django.db.backends.utils import CursorWrapper
from django.db.models import Q
from django.db.models.expressions import OrderBy

from counterfoil.messages import Template
from counterfoil.mirror.row import RowFormat
from counterfoil.mirror.sql import statement
from counterfoil.mirror.store.adoption import AdoptionStatements
from counterfoil.mirror.store.health_check import HealthCheck
from counterfoil.mirror.store.person_contacts import PersonContacts
from counterfoil.mirror.store.problem import DatabaseProblem
from counterfoil.mirror.store.search_index import SearchIndex
from counterfoil.mirror.store.upgrade_steps import UpgradeSteps
from counterfoil.mirror.store.vocabulary_store import VocabularyStore


class Dialect(ABC):
    """What one database needs. It holds no state, and uses Django's default connection."""

    name: ClassVar[str]
    """The folder of its own statements under `sql/`."""
    title: ClassVar[Template]
    """What a sentence calls the database."""
    embedded: ClassVar[bool]
    """Whether it is a file that only this machine uses, so that it can be migrated without asking."""
    row_format: ClassVar[RowFormat]
    payload_type: ClassVar[str]
    """The column type of a payload; it must keep JSON to the letter."""
    next_ticket: ClassVar[str]
    """SQL that draws a ticket and returns it."""
    latest_ticket: ClassVar[str]
    """SQL that returns the highest ticket drawn so far."""
    search_index: ClassVar[SearchIndex]
    vocabulary: ClassVar[VocabularyStore]
    adoption: ClassVar[AdoptionStatements]
    upgrade: ClassVar[UpgradeSteps]
    health: ClassVar[HealthCheck]

    def statement(self, name: str) -> str:
        """Read a named statement (`sql.statement`)."""
        return statement(self.name, name)

    def execute_bound(self, cursor: CursorWrapper, name: str, values: dict[str, Any]) -> None:
        """Execute a named statement, its values beside it. It returns no rows."""
        cursor.execute(self.statement(name), values)

    @abstractmethod
    def describe(self) -> str:
        """Name the database, its version or mode, and where it is."""

    @abstractmethod
    def refuses_value(self, error: BaseException) -> bool:
        """Tell whether an error says that a value cannot be stored, whoever tries it and whenever."""

    @abstractmethod
    def problem(self, error: BaseException) -> DatabaseProblem | None:
        """Tell by the database's own code what is wrong with it; None where the statement itself is."""

    @abstractmethod
    def wait_for_disk(self, cursor: CursorWrapper) -> None:
        """Make the next commit of this connection return only once it is on disk."""

    @abstractmethod
    def expect_large_query(self, cursor: CursorWrapper) -> None:
        """Prepare the transaction for a statement over whole tables."""

    @abstractmethod
    def temporary_tables(self) -> AbstractContextManager[None]:
        """Provide what a temporary table, and exact sums over its amounts, need."""

    @abstractmethod
    def exact_parameter(self, amount: Decimal | None) -> Decimal | str | None:
        """Convert an amount into a parameter that a column without a type keeps exactly."""

    @abstractmethod
    def starts_with(self, column: str, text: str) -> Q:
        """Build the condition that a text column starts with `text`, in a form that its prefix index answers."""

    @abstractmethod
    def descending_by_prefix(self, column: str) -> OrderBy | str:
        """Build the descending order of the column's prefix index, so that a limited query can stop early."""

    @abstractmethod
    def write_person_contacts(self, rows: Sequence[PersonContacts]) -> None:
        """Write what locked customers have from their contact persons, where it is not there yet."""

    @abstractmethod
    def optimize_migrated(self, *, compact: bool) -> None:
        """Prepare the tables for use after a migration; `compact` frees the room of dropped ones."""

    @abstractmethod
    def verify_file(self) -> None:
        """Raise DatabaseReplaced where what this thread's connection has written is in no database any more."""

    @abstractmethod
    def verify_open_files(self) -> None:
        """Raise DatabaseReplaced where that is so for any connection of this process."""

    @abstractmethod
    def merge_log(self) -> None:
        """Merge the write-ahead log into the database's file, where it has one. Needs closed connections."""
