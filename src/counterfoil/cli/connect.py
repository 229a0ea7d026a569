"""`counterfoil connect`: add a connection, or renew one, checked by a real call before it is stored.

The options of each connector's command are made from its `connect_fields`.
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
from counterfoil.cli.secret_input import secret
from counterfoil.connectors.http.plain_http import PLAIN_HTTP

if TYPE_CHECKING:
    from counterfoil.connections.connect import Draft
    from counterfoil.connectors.login import ConnectField
    from counterfoil.connectors.page import Resource
    from counterfoil.connectors.port import Connector
    from counterfoil.mirror.models import Connection

Name = Annotated[str, typer.Option("--name", "-n", help="Name of the connection.")]


class _ByConnector(TyperGroup):
    """Adds a command for each connector, loaded when it is used."""

    def list_commands(self, ctx: Any) -> list[str]:
        return [*_connectors(), *super().list_commands(ctx)]

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        connector = _connectors().get(cmd_name)
        return super().get_command(ctx, cmd_name) if connector is None else _command(connector)


app = typer.Typer(cls=_ByConnector, help="Connect Robaws, Zoho Books or a file.", no_args_is_help=True)
app.command("file")(file)


@app.callback()
def _group() -> None:
    """Keep this a group: without a callback, Typer makes a group with one command that command."""


def save(draft: "Draft", read_only: bool | None = None, *, existing: "Connection | None" = None) -> None:
    """Check a connection by a real call, store it for the acting user, and print the result.

    An `existing` one stays its owner's.
    """
    from counterfoil.connections.connect import connect
    from counterfoil.edits import read_only as write_mode
    from counterfoil.mirror.models import Connection

    user = acting_user.person()
    owner = user.pk if user else None
    same = existing or Connection.objects.filter(owner=owner, name__iexact=draft.name).first()
    before = _field_maps(same) if same else {}
    connection, answer, new = connect(replace(draft, owner=existing.owner_id if existing else owner))
    if read_only is not None:
        write_mode.set_read_only(connection, read_only, user)
    out.print(f"[green]✓[/] {escape(answer)}", soft_wrap=True)
    whose = f" for {escape(user.get_username())} only" if user and existing is None else ""
    out.print(f"{'Connected' if new else 'Updated'} [bold]{escape(connection.name)}[/]{whose}.")
    _map_changed(connection, before)
    err.print(f"[dim]Next: {escape(acting_user.command(f'sync {shlex.quote(connection.name)}'))}[/]")


def _field_maps(connection: "Connection") -> dict["Resource", Mapping[str, tuple[str, ...]]]:
    from counterfoil.connections import factory

    resources = factory.mapped_resources(connection)
    return {resource: factory.mapping_config(connection, resource).sources for resource in resources}


def _map_changed(connection: "Connection", before: Mapping["Resource", Mapping[str, tuple[str, ...]]]) -> None:
    """Map the stored records again whose columns were chosen anew: a sync rewrites none that is unchanged."""
    from counterfoil.cli.mapping import map_again
    from counterfoil.mirror.resources import table
    from counterfoil.runs import mapping_changes

    for resource, sources in _field_maps(connection).items():
        if resource in before and sources != before[resource] and table(resource).rows(connection.pk).exists():
            map_again(mapping_changes.request_remap_of(connection, resource, acting_user.person()))


def _connectors() -> "Mapping[str, type[Connector]]":
    from counterfoil.connectors.registry import CONNECTORS

    return {
        name.replace("_", "-"): connector for name, connector in CONNECTORS.items() if connector.connect_fields
    }


def _command(connector: "type[Connector]") -> Any:
    single = typer.Typer(rich_markup_mode="rich", add_completion=False)
    single.command(connector.name.replace("_", "-"), help=f"Connect {connector.title}.")(_function(connector))
    return typer.main.get_command(single)


def _function(connector: "type[Connector]") -> Callable[..., None]:
    """Build the function behind a connector's command, with a signature from which Typer reads the options."""

    def connect(name: str, country: str, read_only: bool | None, **typed: Any) -> None:
        ready()
        from counterfoil.connections.connect import Draft

        settings = {key: typed[key] for key in ("rate", "daily_reserve", PLAIN_HTTP) if typed[key] is not None}
        secrets: dict[str, str] = {}
        for field in connector.connect_fields:
            if field.secret:
                secrets[field.name] = _secret(connector, field, typed[field.name])
            elif typed[field.name] or field.required or field.advanced:
                settings[field.name] = _plain(field, typed[field.name])
        save(Draft(name.strip(), connector.name, settings, secrets, country.upper()), read_only)

    hints = {
        "name": Name,
        **{field.name: _option(connector, field) for field in connector.connect_fields},
        **_common(connector),
    }
    defaults: dict[str, Any] = {"country": "" if connector.provides_country else "BE"}
    defaults |= dict.fromkeys(("rate", "daily_reserve", "read_only", PLAIN_HTTP))
    for field in connector.connect_fields:
        if field.secret:
            defaults[field.name] = None
        elif field.choices or not field.required:
            defaults[field.name] = ""
    ordered = sorted(hints, key=lambda name: name in defaults)  # options without a default come first
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


def _option(connector: "type[Connector]", field: "ConnectField") -> Any:
    flag = f"--{field.name.replace('_', '-')}"
    text = f"{field.label}. {field.hint}".strip()
    if field.choices:
        text += f" One of {', '.join(value for value, _ in field.choices)}."
    if field.secret:
        text += f" Use '-' to read it from stdin. Default: ${secret_variable(connector, field)}, else a prompt."
    return Annotated[str | None if field.secret else str, typer.Option(flag, help=text)]


def _common(connector: "type[Connector]") -> dict[str, Any]:
    """Build the options that every connector has."""
    country = "Default country for phone and VAT numbers without one (two letters)."
    if connector.provides_country:
        country += f" Default: the country in {connector.title}."
    rate, reserve = f"{connector.limits.rate:g}", connector.limits.daily_reserve
    return {
        "country": Annotated[str, typer.Option("--country", help=country)],
        "rate": Annotated[
            float | None, typer.Option(min=0, help=f"Requests per second; 0 for no limit. Default: {rate}.")
        ],
        "daily_reserve": Annotated[
            int | None, typer.Option(min=0, help=f"API calls a day reserved for users. Default: {reserve}.")
        ],
        "read_only": Annotated[
            bool | None,
            typer.Option(
                "--read-only/--read-write",
                help=f"Keep edits here and never write to {connector.title}. Default: read-write.",
            ),
        ],
        PLAIN_HTTP: Annotated[
            bool | None,
            typer.Option(
                "--plain-http/--https-only",
                help="Allow http:// to another machine, where the key travels unencrypted. Default: https only.",
            ),
        ],
    }


def _secret(connector: "type[Connector]", field: "ConnectField", typed: str | None) -> str:
    label = field.label if field.label.isupper() or field.label.startswith("API") else field.label.lower()
    return secret(typed, os.environ.get(secret_variable(connector, field)), label)


def secret_variable(connector: "type[Connector]", field: "ConnectField") -> str:
    """Name the environment variable from which a secret is read that is not given as an option."""
    return field.variable_for(connector.name)


def _plain(field: "ConnectField", typed: str) -> str:
    text = typed.strip()
    if field.name.endswith("_url"):
        return text.rstrip("/")
    return text.lower() if field.choices else text
