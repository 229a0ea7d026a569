"""`counterfoil connect file`: a file as an upstream, its columns found by their names."""

from pathlib import Path
from typing import Annotated

import typer

from counterfoil.cli.output import out, table
from counterfoil.cli.ready import ready
from counterfoil.errors import InvalidInput, NotFound


def file(
    path: Annotated[Path, typer.Argument(help="A CSV or JSON-lines file.", show_default=False)],
    name: Annotated[str, typer.Option("--name", "-n", help="What you call this connection.")],
    id_column: Annotated[str, typer.Option(help="The column that tells records apart.")],
    maps: Annotated[
        list[str] | None,
        typer.Option("--map", help="field=column, for columns that are not found by their name."),
    ] = None,
    country: Annotated[
        str, typer.Option(help="Country of phones and VAT numbers that name none (two letters).")
    ] = "BE",
    encoding: Annotated[str, typer.Option(help="Found out when not given.")] = "",
    delimiter: Annotated[str, typer.Option(help="Found out when not given.")] = "",
) -> None:
    """Connect a file: a read-only upstream that is read from start to end."""
    ready()
    from counterfoil.cli.connect import save
    from counterfoil.connections.connect import Draft
    from counterfoil.connectors.file.record import guess
    from counterfoil.connectors.file.rows import Layout, columns

    path = path.expanduser().absolute()
    found = columns(path, Layout(encoding, delimiter))
    chosen = {**guess(c for c in found if c != id_column), **_maps(maps or [], found)}
    if "name" not in chosen:
        raise InvalidInput(
            "It is not clear which column holds the customer's name.",
            f"Say it with --map name=COLUMN. Columns are: {', '.join(found)}.",
        )
    settings = {"path": str(path), "id_column": id_column, "encoding": encoding, "delimiter": delimiter}
    save(Draft(name.strip(), "file", settings, {}, country.upper(), chosen))
    out.print(table(["field", "column"], sorted(chosen.items())))
    others = [column for column in found if column not in chosen.values() and column != id_column]
    if others:
        out.print(f"[dim]Kept as extra fields: {', '.join(others)}[/]", soft_wrap=True)


def pairs(given: list[str]) -> dict[str, str]:
    """`--map field=column` as field -> column. Raises InvalidInput."""
    chosen: dict[str, str] = {}
    for entry in given:
        field, equals, column = entry.partition("=")
        if not equals:
            raise InvalidInput(f"--map {entry!r} is not field=column.", "As in --map phone=Telephone.")
        chosen[field.strip()] = column
    return chosen


def _maps(given: list[str], found: list[str]) -> dict[str, str]:
    chosen = pairs(given)
    for column in chosen.values():
        if column not in found:
            raise NotFound(f"The file has no column {column!r}.", f"Columns are: {', '.join(found)}.")
    return chosen
