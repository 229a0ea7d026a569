"""Which table keeps which resource."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from counterfoil.connectors.page import Resource
from counterfoil.mirror.models import ContactPerson, Customer, Invoice, Mirrored
from counterfoil.mirror.row import Form
from counterfoil.mirror.store import current_dialect

_MODELS: dict[str, type[Mirrored]] = {
    Resource.CUSTOMER: Customer,
    Resource.CONTACT_PERSON: ContactPerson,
    Resource.INVOICE: Invoice,
}


@dataclass(frozen=True, slots=True)
class Table:
    """Where the records of one resource are kept, and how they are written."""

    resource: Resource
    model: type[Mirrored]
    form: Form

    @property
    def name(self) -> str:
        """In SQL."""
        return str(self.model._meta.db_table)  # noqa: SLF001  Django's documented way

    @property
    def noun(self) -> str:
        """What people call one record."""
        return str(self.model._meta.verbose_name)  # noqa: SLF001

    @property
    def nouns(self) -> str:
        """What people call several."""
        return str(self.model._meta.verbose_name_plural)  # noqa: SLF001

    def rows(self, connection_id: int) -> "QuerySet[Any]":
        """Those of one connection."""
        return self.model._default_manager.filter(connection_id=connection_id)  # noqa: SLF001

    def rows_by_id(self, ids: Sequence[int]) -> "QuerySet[Any]":
        """These rows."""
        return self.model._default_manager.filter(pk__in=ids)  # noqa: SLF001

    def has(self, column: str) -> bool:
        """Whether a mapped column is one of its."""
        return column in self.form.columns


def table(resource: str) -> Table:
    """The table of a resource."""
    return Table(Resource(resource), _MODELS[resource], Form(current_dialect().row_format, resource))
