"""`counterfoil connect`: a new connection, checked by a real call before it is stored."""

import os
import shlex
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape

from counterfoil.cli import acting
from counterfoil.cli.output import err, out, table
from counterfoil.cli.ready import ready
from counterfoil.cli.secrets_typed import secret as secret_typed
from counterfoil.errors import NotFound, WrongSetting

if TYPE_CHECKING:
    from counterfoil.connections.connect import Draft

app = typer.Typer(help="Connect an upstream: Robaws, Zoho Books, or a file.", no_args_is_help=True)

SECRET_VARIABLE = "COUNTERFOIL_API_SECRET"  # noqa: S105  the name of a variable
CLIENT_SECRET_VARIABLE = "COUNTERFOIL_ZOHO_CLIENT_SECRET"  # noqa: S105  the name of a variable
REFRESH_TOKEN_VARIABLE = "COUNTERFOIL_ZOHO_REFRESH_TOKEN"  # noqa: S105  the name of a variable

Name = Annotated[str, typer.Option("--name", "-n", help="What you call this connection.")]
Country = Annotated[
    str, typer.Option("--country", help="Country of phones and VAT numbers that name none (two letters).")
]
ReadOnly = Annotated[
    bool | None,
    typer.Option("--read-only/--read-write", help="Never write to it: edits are kept here only. Usual: written."),
]
OwnCountry = Annotated[
    str,
    typer.Option(
        "--country",
        help="Country of phones and VAT numbers that name none (two letters). Without it: the organisation's.",
    ),
]


@app.command("robaws")
def robaws(
    name: Name,
    base_url: Annotated[str, typer.Option(help="As in https://app.robaws.com/api/v2.")],
    api_key: Annotated[str, typer.Option(help="Key of an 'API only' user in Robaws.")],
    api_secret: Annotated[
        str | None,
        typer.Option(help=f"Its secret; '-' reads it from stdin. Else ${SECRET_VARIABLE}, else a prompt."),
    ] = None,
    country: Country = "BE",
    rate: Annotated[
        float | None, typer.Option(min=0, help="Requests per second (usual: 12; 0: no limit).")
    ] = None,
    daily_reserve: Annotated[
        int | None, typer.Option(min=0, help="Calls a day kept for people (usual: 500).")
    ] = None,
    read_only: ReadOnly = None,
) -> None:
    """Connect a Robaws tenant."""
    ready()
    from counterfoil.connections.connect import Draft

    settings = {
        "base_url": base_url.strip().rstrip("/"),
        **_given(rate=rate, daily_reserve=daily_reserve),
    }
    api_secret = secret_typed(api_secret, os.environ.get(SECRET_VARIABLE), "API secret")
    secrets = {"api_key": api_key.strip(), "api_secret": api_secret}
    _connect(Draft(name.strip(), "robaws", settings, secrets, country.upper()), read_only)


@app.command("zoho-books")
def zoho_books(
    name: Name,
    organization: Annotated[str, typer.Option(help="Its id: digits, under Organisation profile in Zoho Books.")],
    client_id: Annotated[str, typer.Option(help="Of a 'self client' in Zoho's API console.")],
    client_secret: Annotated[
        str | None,
        typer.Option(help=f"Its secret; '-' reads it from stdin. Else ${CLIENT_SECRET_VARIABLE}, else a prompt."),
    ] = None,
    refresh_token: Annotated[
        str | None,
        typer.Option(
            help=f"Made for the client; '-' reads it from stdin. Else ${REFRESH_TOKEN_VARIABLE}, else a prompt."
        ),
    ] = None,
    dc: Annotated[
        str, typer.Option(help="Data centre: where you log in. One of us, eu, in, au, jp, ca, cn, sa.")
    ] = "",
    window_days: Annotated[
        int | None,
        typer.Option(
            min=1, help="Invoices dated in the last so many days; unpaid ones whatever their date. Usual: 365."
        ),
    ] = None,
    accounts_url: Annotated[str, typer.Option(help="Another accounts server than the data centre's.")] = "",
    api_url: Annotated[str, typer.Option(help="Another address of the API than Zoho names.")] = "",
    country: OwnCountry = "",
    rate: Annotated[
        float | None, typer.Option(min=0, help="Requests per second (usual: 1.5; 0: no limit).")
    ] = None,
    daily_reserve: Annotated[
        int | None, typer.Option(min=0, help="Calls a day kept for people (usual: 100).")
    ] = None,
    read_only: ReadOnly = None,
) -> None:
    """Connect an organisation of Zoho Books."""
    ready()
    from counterfoil.connections.connect import Draft

    settings = {
        "dc": dc.strip().lower(),
        "organization": organization.strip(),
        "client_id": client_id.strip(),
        "accounts_url": accounts_url.strip().rstrip("/"),
        "api_url": api_url.strip().rstrip("/"),
        **_given(window_days=window_days, rate=rate, daily_reserve=daily_reserve),
    }
    secrets = {
        "client_secret": secret_typed(client_secret, os.environ.get(CLIENT_SECRET_VARIABLE), "client secret"),
        "refresh_token": secret_typed(refresh_token, os.environ.get(REFRESH_TOKEN_VARIABLE), "refresh token"),
    }
    _connect(Draft(name.strip(), "zoho_books", settings, secrets, country.upper()), read_only)


@app.command("file")
def file(
    path: Annotated[Path, typer.Argument(help="A CSV or JSON-lines file.", show_default=False)],
    name: Name,
    id_column: Annotated[str, typer.Option(help="The column that tells records apart.")],
    maps: Annotated[
        list[str] | None,
        typer.Option("--map", help="field=column, for columns that are not found by their name."),
    ] = None,
    country: Country = "BE",
    encoding: Annotated[str, typer.Option(help="Found out when not given.")] = "",
    delimiter: Annotated[str, typer.Option(help="Found out when not given.")] = "",
) -> None:
    """Connect a file: a read-only upstream that is read from start to end."""
    ready()
    from counterfoil.connections.connect import Draft
    from counterfoil.connectors.file.record import guess
    from counterfoil.connectors.file.rows import Layout, columns

    path = path.expanduser().absolute()
    found = columns(path, Layout(encoding, delimiter))
    chosen = {**guess(c for c in found if c != id_column), **_maps(maps or [], found)}
    if "name" not in chosen:
        raise WrongSetting(
            "It is not clear which column holds the customer's name.",
            f"Say it with --map name=COLUMN. Columns are: {', '.join(found)}.",
        )
    settings = {"path": str(path), "id_column": id_column, "encoding": encoding, "delimiter": delimiter}
    _connect(Draft(name.strip(), "file", settings, {}, country.upper(), chosen))
    out.print(table(["field", "column"], sorted(chosen.items())))
    others = [column for column in found if column not in chosen.values() and column != id_column]
    if others:
        out.print(f"[dim]Kept as extra fields: {', '.join(others)}[/]", soft_wrap=True)


def _connect(draft: "Draft", read_only: bool | None = None) -> None:
    from counterfoil.connections.connect import connect
    from counterfoil.edits import read_only as write_mode

    who = acting.person()
    connection, answer, new = connect(replace(draft, owner=who.pk if who else None))
    if read_only is not None:
        write_mode.switch(connection, read_only, who)
    out.print(f"[green]✓[/] {answer}", soft_wrap=True)
    whose = f" for {escape(who.get_username())} alone" if who else ""
    out.print(f"{'Connected' if new else 'Updated'} [bold]{escape(connection.name)}[/]{whose}.")
    err.print(f"[dim]Next: {escape(acting.command(f'sync {shlex.quote(connection.name)}'))}[/]")


def pairs(given: list[str]) -> dict[str, str]:
    """`--map field=column` as field -> column. Raises WrongSetting."""
    chosen: dict[str, str] = {}
    for entry in given:
        field, equals, column = entry.partition("=")
        if not equals:
            raise WrongSetting(f"--map {entry!r} is not field=column.", "As in --map phone=Telephone.")
        chosen[field.strip()] = column
    return chosen


def _maps(given: list[str], found: list[str]) -> dict[str, str]:
    chosen = pairs(given)
    for column in chosen.values():
        if column not in found:
            raise NotFound(f"The file has no column {column!r}.", f"Columns are: {', '.join(found)}.")
    return chosen


def _given(**settings: object) -> dict[str, object]:
    """Those that were said; the others stay as usual."""
    return {name: value for name, value in settings.items() if value is not None}
