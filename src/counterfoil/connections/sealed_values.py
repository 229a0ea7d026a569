"""Everything that is stored encrypted, whichever table it stands in, and how to get back what no key opens."""

import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

from django.apps import apps

from counterfoil import messages
from counterfoil.connections import key_ring
from counterfoil.messages import Message
from counterfoil.mirror.models import Connection
from counterfoil.mirror.models.sealed_field import SealedField, SecretKind

A_PORTION = 200


class SealedColumn(NamedTuple):
    """A column of encrypted texts."""

    model: Any
    name: str
    kind: SecretKind

    @property
    def rows(self) -> Any:
        return self.model.objects.all()


@dataclass(frozen=True, slots=True)
class SealedValue:
    """One encrypted text, and the row that it stands in."""

    column: SealedColumn
    row: Any

    @property
    def text(self) -> str:
        return str(getattr(self.row, self.column.name))

    @property
    def connection(self) -> Connection | None:
        """The connection it belongs to; None for a login that has not made one yet."""
        return self.row if isinstance(self.row, Connection) else getattr(self.row, "connection", None)

    @property
    def lasts(self) -> bool:
        """Whether it is worth anything tomorrow: a started login is over after minutes."""
        return self.column.kind != SecretKind.LOGIN

    @property
    def comes_back(self) -> bool:
        """Whether nobody has to do anything where no key opens it."""
        return self.column.kind in {SecretKind.ACCESS_TOKEN, SecretKind.LOGIN}

    def replace(self, text: str) -> bool:
        """Store another text, unless the column has changed since it was read. Returns whether it was stored."""
        name = self.column.name
        rows = self.column.rows.filter(pk=self.row.pk, **{name: self.text})
        return bool(rows.update(**{name: text}))


def columns() -> list[SealedColumn]:
    """List the columns of all tables, those of other apps among them."""
    return [
        SealedColumn(model, field.name, SecretKind(field.kind or ""))
        for model in apps.get_models()
        for field in model._meta.concrete_fields  # noqa: SLF001
        if isinstance(field, SealedField)
    ]


def all_values() -> Iterator[SealedValue]:
    """Read every encrypted text, a portion of a table at a time."""
    for column in columns():
        last: Any = None
        while rows := _portion(column, last):
            yield from (SealedValue(column, row) for row in rows)
            last = rows[-1].pk


def unreadable() -> list[SealedValue]:
    """List the values that none of the present keys opens."""
    return [value for value in all_values() if not key_ring.opens(value.text)]


def unreadable_of(connection: Connection) -> list[SealedValue]:
    """List the values of one connection that somebody has to enter again, because no key opens them."""
    found = []
    for column in columns():
        if column.model is Connection:
            rows = [connection]
        elif hasattr(column.model, "connection"):
            rows = list(column.rows.filter(connection=connection).select_related("connection__owner"))
        else:
            continue
        values = [SealedValue(column, row) for row in rows]
        found += [each for each in values if each.text and not each.comes_back and not key_ring.opens(each.text)]
    return found


def describe(value: SealedValue) -> Message:
    """Say what a value is and whose, as in "the credentials of main"."""
    words, connection = messages.connections, value.connection
    if connection is None:
        return words.SECRET_OF_LOGIN()
    if value.column.kind == SecretKind.WEBHOOK_SECRET:
        return words.SECRET_OF_ENDPOINT(connection=connection.called, url=value.row.url)
    return words.SECRET_OF_CONNECTION(kind=value.column.kind.value, connection=connection.called)


def way_back(value: SealedValue) -> Message:
    """Say how a value is got back without the key that it was encrypted with."""
    words, connection = messages.connections, value.connection
    match value.column.kind:
        case SecretKind.LOGIN:
            return words.START_LOGIN_AGAIN()
        case SecretKind.ACCESS_TOKEN:
            return words.TOKEN_IS_RENEWED()
        case SecretKind.WEBHOOK_SECRET:
            assert connection is not None  # noqa: S101  endpoints have one
            return words.REGISTER_ENDPOINT_AGAIN(
                command=_command(connection, f"webhooks register {_quoted(connection)} --url {value.row.url}")
            )
        case SecretKind.CREDENTIALS:
            assert connection is not None  # noqa: S101
            return words.ENTER_CREDENTIALS(
                command=_command(
                    connection, f"connect {connection.connector.replace('_', '-')} --name {_quoted(connection)} …"
                )
            )


def _portion(column: SealedColumn, last: Any) -> list[Any]:
    rows = column.rows.exclude(**{column.name: ""}).order_by("pk")
    if hasattr(column.model, "connection"):
        rows = rows.select_related("connection__owner")
    return list((rows if last is None else rows.filter(pk__gt=last))[:A_PORTION])


def _quoted(connection: Connection) -> str:
    return shlex.quote(connection.name)


def _command(connection: Connection, words: str) -> str:
    owner = f"--as {shlex.quote(connection.owner.get_username())} " if connection.owner else ""
    return f"counterfoil {owner}{words}"
