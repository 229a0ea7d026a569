"""A file behind the connector port."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import ClassVar

from counterfoil.connectors.allowance import Budget, Limits
from counterfoil.connectors.file.records import Records
from counterfoil.connectors.file.rows import Layout
from counterfoil.connectors.login import BrowserLogin, CheckResult, ConnectField, Settings
from counterfoil.connectors.page import Resource
from counterfoil.connectors.port import Collection
from counterfoil.connectors.webhook_port import WebhookReader


class File:
    """One file. `settings.values`: path, id_column and, where they cannot be found out, encoding, delimiter."""

    name: ClassVar[str] = "file"
    title: ClassVar[str] = "File"
    limits: ClassVar[Limits] = Limits(rate=0.0, burst=1, daily_reserve=0)
    collections: ClassVar[Mapping[Resource, type[Collection]]] = {Resource.CUSTOMER: Records}
    webhooks: ClassVar[WebhookReader | None] = None
    connect_fields: ClassVar[Sequence[ConnectField]] = ()
    """A path on the server is for those who may log in there."""
    login: ClassVar[BrowserLogin | None] = None
    tells_country: ClassVar[bool] = False

    def __init__(self, settings: Settings, budget: Budget, *, patient: bool = True) -> None:
        layout = Layout(
            encoding=str(settings.values.get("encoding") or ""),
            delimiter=str(settings.values.get("delimiter") or ""),
        )
        path = Path(str(settings.values["path"]))
        self._records = Records(path, str(settings.values["id_column"]), layout, budget)

    def close(self) -> None:
        """Let go of the file."""
        self._records.close()

    def check(self) -> CheckResult:
        """Read the header and see that the id column is there."""
        return CheckResult(self._records.check())

    def collection(self, resource: Resource) -> Collection:
        """A row is a customer."""
        return self._records
