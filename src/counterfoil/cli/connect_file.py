"""`counterfoil connect file`: mirror a CSV file, a workbook or a JSON file, its columns known by their names."""

from collections.abc import Collection, Sequence
from dataclasses import asdict, replace
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape

from counterfoil.cli import acting_user
from counterfoil.cli.output import out, table
from counterfoil.cli.ready import ready
from counterfoil.connectors.page import Resource
from counterfoil.errors import InvalidInput, NotFound
from counterfoil.mapping.fields import MAPPABLE_OF

if TYPE_CHECKING:
    from counterfoil.connections.connect import Draft
    from counterfoil.connectors.file.reading import Reading
    from counterfoil.mirror.models import Connection


class FileOf(StrEnum):
    """What the rows of a file are."""

    CUSTOMERS = "customers"
    CONTACT_PERSONS = "contact-persons"
    INVOICES = "invoices"


_RESOURCES = {
    FileOf.CUSTOMERS: Resource.CUSTOMER,
    FileOf.CONTACT_PERSONS: Resource.CONTACT_PERSON,
    FileOf.INVOICES: Resource.INVOICE,
}


def file(
    path: Annotated[Path, typer.Argument(help="CSV file, workbook or JSON file.", show_default=False)],
    name: Annotated[str, typer.Option("--name", "-n", help="Name of the connection.")],
    id_column: Annotated[
        list[str],
        typer.Option(
            help="Column with the unique id of each record. Several together where no single one is unique."
        ),
    ],
    holds: Annotated[
        FileOf,
        typer.Option(help="What its rows are. Contact persons and invoices join a connection to customers."),
    ] = FileOf.CUSTOMERS,
    maps: Annotated[
        list[str] | None,
        typer.Option(
            "--map",
            help="field=column, for a column that is not recognised by its name; "
            "of several, as in 'name=Company | First name + Last name'.",
        ),
    ] = None,
    country: Annotated[
        str | None,
        typer.Option(help="Default country for phone and VAT numbers without one (two letters). Default: BE."),
    ] = None,
    encoding: Annotated[str, typer.Option(help="Text encoding. Default: detected.")] = "",
    delimiter: Annotated[str, typer.Option(help="Column delimiter. Default: detected.")] = "",
    sheet: Annotated[
        str, typer.Option(help="Sheet of a workbook. Default: the first with content.", show_default=False)
    ] = "",
    header_line: Annotated[
        int, typer.Option(min=0, help="Line with the columns' names. Default: detected.", show_default=False)
    ] = 0,
) -> None:
    """Connect a file. It is read from start to end on every sync and never written to.

    A connection holds up to three: customers first, then their contact persons and invoices.
    """
    ready()
    from counterfoil.cli.connect import save
    from counterfoil.cli.file_check import show_check, show_encodings
    from counterfoil.connectors.file.file_check import check_rows
    from counterfoil.connectors.file.layout import Layout
    from counterfoil.connectors.file.reading import find_reading
    from counterfoil.connectors.file.row_id import choose_id_columns

    resource = _RESOURCES[holds]
    existing = None if resource == Resource.CUSTOMER else _connection_of_customers(name)
    path = path.expanduser().absolute()
    layout = Layout(encoding, delimiter, sheet, header_line)
    show_encodings(path, layout)
    names = [part.strip() for text in id_column for part in (text, *text.split(","))]
    reading = find_reading(path, replace(layout, names=tuple(names)))
    ids = choose_id_columns(id_column, reading.used_names)
    chosen = _choose_columns(reading, ids, resource, maps or [])
    settings: dict[str, object] = {
        "path": str(path),
        "id_column": ids[0] if len(ids) == 1 else "",
        "id_columns": list(ids) if len(ids) > 1 else [],
        **{key: value for key, value in asdict(layout).items() if key != "names"},
    }
    save(_draft(name.strip(), resource, settings, chosen, country, existing), existing=existing)
    show_check(check_rows(reading, ids))
    _show_columns(reading, ids, chosen)


def _connection_of_customers(name: str) -> "Connection":
    """Find the connection that a further file joins. Raises InvalidInput where it is none to a file."""
    connection = acting_user.connection(name)
    if connection.connector != "file":
        raise InvalidInput(
            f"{connection.name} is no connection to a file.", "Connect the file of customers first."
        )
    return connection


def _draft(
    name: str,
    resource: Resource,
    settings: dict[str, object],
    chosen: dict[str, str],
    country: str | None,
    existing: "Connection | None",
) -> "Draft":
    from counterfoil.connections.connect import USUAL_COUNTRY, Draft
    from counterfoil.connectors.file.settings import FILES

    if existing is None:
        return Draft(name, "file", settings, {}, (country or USUAL_COUNTRY).upper(), chosen)
    files = {**existing.settings.get(FILES, {}), resource.value: settings}
    maps = {resource: chosen}
    return Draft(existing.name, "file", {FILES: files}, {}, existing.country, other_field_maps=maps)


def _choose_columns(reading: "Reading", ids: Sequence[str], resource: Resource, maps: list[str]) -> dict[str, str]:
    """Return where each field comes from. Raises InvalidInput where one is missing that every record needs."""
    from counterfoil.connectors.field_source import paths
    from counterfoil.connectors.file.column_names import sample_of
    from counterfoil.connectors.file.customer_columns import guess
    from counterfoil.connectors.file.related_columns import guess_invoice, guess_person
    from counterfoil.connectors.file.rows import read_rows

    headings = reading.used_names
    mapped = _mapped(maps, headings, MAPPABLE_OF[resource])
    taken = {column for source in mapped.values() for column in paths(source)}
    free = [column for column in headings if (column not in ids or len(ids) > 1)]
    others = [column for column in free if column not in taken]
    sample = sample_of(read_rows(reading))
    if resource == Resource.CUSTOMER:
        chosen = {**guess(free, sample, mapped), **mapped}
        needed, what = ["name"], "the customer's name"
    elif resource == Resource.CONTACT_PERSON:
        chosen = {**guess_person(others, sample), **mapped}
        needed, what = ["customer_external_id"], "the id of the person's customer"
    else:
        chosen = {**guess_invoice(others, sample), **mapped}
        needed, what = ["customer_external_id", "customer_name"], "the id or the name of the invoice's customer"
    if not chosen.keys() & set(needed):
        raise InvalidInput(
            f"No column was recognised as {what}.",
            f"Choose one with --map {needed[0]}=COLUMN. Columns are: {', '.join(headings)}.",
        )
    return chosen


def _show_columns(reading: "Reading", ids: Sequence[str], chosen: dict[str, str]) -> None:
    from counterfoil.connectors.field_source import paths

    out.print(table(["field", "column"], [(field, escape(source)) for field, source in sorted(chosen.items())]))
    used = {*ids, *(column for source in chosen.values() for column in paths(source))}
    others = [column for column in reading.used_names if column not in used]
    if others:
        out.print(f"[dim]Kept as extra fields: {escape(', '.join(others))}[/]", soft_wrap=True)


def pairs(maps: list[str]) -> dict[str, str]:
    """Split each `--map field=column`. Returns columns by field. Raises InvalidInput."""
    chosen: dict[str, str] = {}
    for entry in maps:
        field, equals, column = entry.partition("=")
        if not equals:
            raise InvalidInput(f"--map “{entry}” is not field=column.", "As in --map phone=Telephone.")
        chosen[field.strip()] = column
    return chosen


def _mapped(maps: list[str], headings: list[str], fields: Collection[str]) -> dict[str, str]:
    from counterfoil.connectors.field_source import paths, quoted

    chosen = pairs(maps)
    if unknown := sorted(chosen.keys() - set(fields)):
        raise InvalidInput(
            f"There is no field called “{unknown[0]}”.", f"Fields are: {', '.join(sorted(fields))}."
        )
    for written in chosen.values():
        for column in paths(written, headings):
            if column not in headings:
                raise NotFound(f"The file has no column “{column}”.", f"Columns are: {', '.join(headings)}.")
    return {field: quoted(written) if written in headings else written for field, written in chosen.items()}
