"""`counterfoil connect`: a new connection, checked by a real call before it is stored.

The command of each connector is made from what its connector asks for (`connect_fields`).
"""

import inspect
import os
import shlex
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.markup import escape
from typer.core import TyperGroup

from counterfoil.cli import acting_user
from counterfoil.cli.connect_file import file
from counterfoil.cli.output import err, out
from counterfoil.cli.ready import ready
from counterfoil.cli.secret_input import secret as secret_typed

if TYPE_CHECKING:
    from counterfoil.connections.connect import Draft
    from counterfoil.connectors.login import ConnectField
    from counterfoil.connectors.port import Connector

Name = Annotated[str, typer.Option("--name", "-n", help="What you call this connection.")]
ReadOnly = Annotated[
    bool | None,
    typer.Option("--read-only/--read-write", help="Never write to it: edits are kept here only. Usual: written."),
]


class _ByConnector(TyperGroup):
    """A command for each connector, loaded when it is asked for."""

    def list_commands(self, ctx: Any) -> list[str]:
        return [*_connectors(), *super().list_commands(ctx)]

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        kind = _connectors().get(cmd_name)
        return super().get_command(ctx, cmd_name) if kind is None else _command(kind)


app = typer.Typer(
    cls=_ByConnector, help="Connect an upstream: Robaws, Zoho Books, or a file.", no_args_is_help=True
)
app.command("file")(file)


@app.callback()
def _group() -> None:
    """Without this, a group with one command of its own would be that command."""


def save(draft: "Draft", read_only: bool | None = None) -> None:
    """Check a connection by a real call, store it, and say so."""
    from counterfoil.connections.connect import connect
    from counterfoil.edits import read_only as write_mode

    who = acting_user.person()
    connection, answer, new = connect(replace(draft, owner=who.pk if who else None))
    if read_only is not None:
        write_mode.set_read_only(connection, read_only, who)
    out.print(f"[green]✓[/] {answer}", soft_wrap=True)
    whose = f" for {escape(who.get_username())} alone" if who else ""
    out.print(f"{'Connected' if new else 'Updated'} [bold]{escape(connection.name)}[/]{whose}.")
    err.print(f"[dim]Next: {escape(acting_user.command(f'sync {shlex.quote(connection.name)}'))}[/]")


def _connectors() -> "Mapping[str, type[Connector]]":
    from counterfoil.connectors.registry import CONNECTORS

    return {name.replace("_", "-"): kind for name, kind in CONNECTORS.items() if kind.connect_fields}


def _command(kind: "type[Connector]") -> Any:
    single = typer.Typer(rich_markup_mode="rich", add_completion=False)
    single.command(kind.name.replace("_", "-"), help=f"Connect {kind.title}.")(_function(kind))
    return typer.main.get_command(single)


def _function(kind: "type[Connector]") -> Callable[..., None]:
    def connect(name: str, country: str, read_only: bool | None, **given: Any) -> None:
        ready()
        from counterfoil.connections.connect import Draft

        settings = {key: given[key] for key in ("rate", "daily_reserve") if given[key] is not None}
        secrets: dict[str, str] = {}
        for field in kind.connect_fields:
            if field.secret:
                secrets[field.name] = _secret(kind, field, given[field.name])
            elif given[field.name] or field.required or field.aside:
                settings[field.name] = _plain(field, given[field.name])
        save(Draft(name.strip(), kind.name, settings, secrets, country.upper()), read_only)

    hints = {"name": Name, **{field.name: _option(kind, field) for field in kind.connect_fields}, **_common(kind)}
    defaults: dict[str, Any] = {"country": "" if kind.tells_country else "BE"}
    defaults |= dict.fromkeys(("rate", "daily_reserve", "read_only"))
    for field in kind.connect_fields:
        if field.secret:
            defaults[field.name] = None
        elif field.choices or not field.required:
            defaults[field.name] = ""
    ordered = sorted(hints, key=lambda name: name in defaults)  # what has no default comes first
    connect.__signature__ = inspect.Signature(  # type: ignore[attr-defined]
        [
            inspect.Parameter(
                name,
                inspect.Parameter.KEYWORD_ONLY,
                default=defaults.get(name, inspect.Parameter.empty),
                annotation=hints[name],
            )
            for name in ordered
        ]
    )
    connect.__annotations__ = hints
    return connect


def _option(kind: "type[Connector]", field: "ConnectField") -> Any:
    flag = f"--{field.name.replace('_', '-')}"
    said = f"{field.label}. {field.hint}".strip() if field.hint else f"{field.label}."
    if field.choices:
        said += f" One of {', '.join(value for value, _ in field.choices)}."
    if field.secret:
        said += f" '-' reads it from stdin. Else ${secret_variable(kind, field)}, else a prompt."
    kinds = str | None if field.secret else str
    return Annotated[kinds, typer.Option(flag, help=said)]


def _common(kind: "type[Connector]") -> dict[str, Any]:
    country = "Country of phones and VAT numbers that name none (two letters)."
    if kind.tells_country:
        country += f" Without it: what {kind.title} says."
    rate, reserve = f"{kind.limits.rate:g}", kind.limits.daily_reserve
    return {
        "country": Annotated[str, typer.Option("--country", help=country)],
        "rate": Annotated[
            float | None, typer.Option(min=0, help=f"Requests per second (usual: {rate}; 0: no limit).")
        ],
        "daily_reserve": Annotated[
            int | None, typer.Option(min=0, help=f"Calls a day reserved for users (usual: {reserve}).")
        ],
        "read_only": ReadOnly,
    }


def _secret(kind: "type[Connector]", field: "ConnectField", given: str | None) -> str:
    label = field.label if field.label.isupper() or field.label.startswith("API") else field.label.lower()
    return secret_typed(given, os.environ.get(secret_variable(kind, field)), label)


def secret_variable(kind: "type[Connector]", field: "ConnectField") -> str:
    """Name the environment variable by which a secret may come that is not given as an option."""
    return field.variable or f"COUNTERFOIL_{kind.name}_{field.name}".upper()


def _plain(field: "ConnectField", given: str) -> str:
    text = given.strip()
    if field.name.endswith("_url"):
        return text.rstrip("/")
    return text.lower() if field.choices else text
