"""The connector class of files."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import ClassVar

from counterfoil.connectors.allowance import Budget, Limits
from counterfoil.connectors.file.file_check import FileCheck, check_rows
from counterfoil.connectors.file.layout import Layout
from counterfoil.connectors.file.records import Records
from counterfoil.connectors.file.settings import settings_of
from counterfoil.connectors.login import BrowserLogin, CheckResult, ConnectField, Settings
from counterfoil.connectors.page import Resource
from counterfoil.connectors.port import Collection
from counterfoil.connectors.webhook_port import WebhookReader


class File:
    """A file of customers, and perhaps one of contact persons and one of invoices.

    Settings of each: `path`; `id_column`, or `id_columns` where several identify a row; `encoding`, `delimiter`,
    `sheet` and `header_line` only as far as a person has chosen them.
    """

    name: ClassVar[str] = "file"
    title: ClassVar[str] = "File"
    limits: ClassVar[Limits] = Limits(rate=0.0, burst=1, daily_reserve=0)
    collections: ClassVar[Mapping[Resource, type[Collection]]] = {
        Resource.CUSTOMER: Records,
        Resource.CONTACT_PERSON: Records,
        Resource.INVOICE: Records,
    }
    webhooks: ClassVar[WebhookReader | None] = None
    connect_fields: ClassVar[Sequence[ConnectField]] = ()
    """Empty: only who can log in to the server may name a path on it."""
    login: ClassVar[BrowserLogin | None] = None
    provides_country: ClassVar[bool] = False

    def __init__(self, settings: Settings, budget: Budget, *, patient: bool = True) -> None:
        self._records = {
            resource: _records(values, budget)
            for resource in self.collections
            if (values := settings_of(settings.values, resource)) is not None
        }

    @classmethod
    def resources(cls, settings: Mapping[str, object]) -> Sequence[Resource]:
        """Return what the connection has files of."""
        return [resource for resource in cls.collections if settings_of(settings, resource) is not None]

    def close(self) -> None:
        """Close the files."""
        for records in self._records.values():
            records.close()

    def check(self) -> CheckResult:
        """Read the headers and require the id columns."""
        return CheckResult(" ".join(records.check() for records in self._records.values()))

    def check_rows(self) -> list[FileCheck]:
        """Look at the first rows of each file, to say how it is read and what may be wrong with it."""
        return [check_rows(records.reading(), records.id_columns) for records in self._records.values()]

    def collection(self, resource: Resource) -> Collection:
        """Return the rows of one file."""
        return self._records[resource]


def _records(values: Mapping[str, object], budget: Budget) -> Records:
    layout = Layout(
        encoding=str(values.get("encoding") or ""),
        delimiter=str(values.get("delimiter") or ""),
        sheet=str(values.get("sheet") or ""),
        header_line=int(str(values.get("header_line") or 0)),
    )
    several = values.get("id_columns")
    columns = [str(each) for each in several] if isinstance(several, list | tuple) else []
    return Records(Path(str(values["path"])), columns or [str(values["id_column"])], layout, budget)
