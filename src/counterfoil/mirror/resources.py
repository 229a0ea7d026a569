"""The table of each resource."""

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
    """Where the records of one resource are stored, and the form in which they are written."""

    resource: Resource
    model: type[Mirrored]
    form: Form

    @property
    def name(self) -> str:
        """The name in SQL."""
        return str(self.model._meta.db_table)  # noqa: SLF001  Django's documented way

    @property
    def noun(self) -> str:
        """One record, as people call it."""
        return str(self.model._meta.verbose_name)  # noqa: SLF001

    @property
    def nouns(self) -> str:
        """Several records, as people call them."""
        return str(self.model._meta.verbose_name_plural)  # noqa: SLF001

    def rows(self, connection_id: int) -> "QuerySet[Any]":
        """Return the rows of one connection."""
        return self.model._default_manager.filter(connection_id=connection_id)  # noqa: SLF001

    def rows_by_id(self, ids: Sequence[int]) -> "QuerySet[Any]":
        """Return the rows with these keys."""
        return self.model._default_manager.filter(pk__in=ids)  # noqa: SLF001

    def locked(self, pk: int) -> Any:
        """Lock a row until the transaction ends, and return it with its connection, which is not locked.

        The customer of a contact person is locked before it, as by everything that writes both.
        """
        if self.resource == Resource.CONTACT_PERSON:
            owners = ContactPerson.objects.filter(pk=pk).values("customer")
            list(Customer.objects.filter(pk__in=owners).select_for_update(no_key=True).values_list("pk"))
        rows = self.model._default_manager.select_for_update(of=("self",))  # noqa: SLF001
        return rows.select_related("connection").get(pk=pk)

    def has(self, column: str) -> bool:
        """Tell whether the table has a mapped column."""
        return column in self.form.columns


def resource_of(row: Mirrored) -> Resource:
    """Return the resource that a row is a record of."""
    return next(Resource(resource) for resource, model in _MODELS.items() if isinstance(row, model))


def table(resource: str) -> Table:
    """Return the table of a resource."""
    return Table(Resource(resource), _MODELS[resource], Form(current_dialect().row_format, resource))
