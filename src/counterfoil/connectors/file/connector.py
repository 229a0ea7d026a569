"""The connector class of files."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import ClassVar

from counterfoil.connectors.allowance import Budget, Limits
from counterfoil.connectors.file.file_check import FileCheck, check_rows
from counterfoil.connectors.file.layout import Layout
from counterfoil.connectors.file.records import Records
from counterfoil.connectors.login import BrowserLogin, CheckResult, ConnectField, Settings
from counterfoil.connectors.page import Resource
from counterfoil.connectors.port import Collection
from counterfoil.connectors.webhook_port import WebhookReader


class File:
    """One file.

    Settings: `path`; `id_column`, or `id_columns` where several identify a row; `encoding`, `delimiter`, `sheet`
    and `header_line` only as far as a person has chosen them.
    """

    name: ClassVar[str] = "file"
    title: ClassVar[str] = "File"
    limits: ClassVar[Limits] = Limits(rate=0.0, burst=1, daily_reserve=0)
    collections: ClassVar[Mapping[Resource, type[Collection]]] = {Resource.CUSTOMER: Records}
    webhooks: ClassVar[WebhookReader | None] = None
    connect_fields: ClassVar[Sequence[ConnectField]] = ()
    """Empty: only who can log in to the server may name a path on it."""
    login: ClassVar[BrowserLogin | None] = None
    provides_country: ClassVar[bool] = False

    def __init__(self, settings: Settings, budget: Budget, *, patient: bool = True) -> None:
        values = settings.values
        layout = Layout(
            encoding=str(values.get("encoding") or ""),
            delimiter=str(values.get("delimiter") or ""),
            sheet=str(values.get("sheet") or ""),
            header_line=int(str(values.get("header_line") or 0)),
        )
        several = values.get("id_columns")
        columns = [str(each) for each in several] if isinstance(several, list | tuple) else []
        self._records = Records(Path(str(values["path"])), columns or [str(values["id_column"])], layout, budget)

    def close(self) -> None:
        """Close the file."""
        self._records.close()

    def check(self) -> CheckResult:
        """Read the header and require the id column."""
        return CheckResult(self._records.check())

    def check_rows(self) -> FileCheck:
        """Look at the first rows, to say how the file is read and what may be wrong with it."""
        return check_rows(self._records.reading(), self._records.id_columns)

    def collection(self, resource: Resource) -> Collection:
        """Return the rows, each a customer."""
        return self._records
