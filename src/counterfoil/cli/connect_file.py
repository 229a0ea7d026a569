"""`counterfoil connect file`: mirror a CSV file, a workbook or a JSON file, its columns known by their names."""

from dataclasses import asdict, replace
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from counterfoil.cli.output import out, table
from counterfoil.cli.ready import ready
from counterfoil.errors import InvalidInput, NotFound


def file(
    path: Annotated[Path, typer.Argument(help="CSV file, workbook or JSON file.", show_default=False)],
    name: Annotated[str, typer.Option("--name", "-n", help="Name of the connection.")],
    id_column: Annotated[
        list[str],
        typer.Option(
            help="Column with the unique id of each record. Several together where no single one is unique."
        ),
    ],
    maps: Annotated[
        list[str] | None,
        typer.Option(
            "--map",
            help="field=column, for a column that is not recognised by its name; "
            "of several, as in 'name=Company | First name + Last name'.",
        ),
    ] = None,
    country: Annotated[
        str, typer.Option(help="Default country for phone and VAT numbers without one (two letters).")
    ] = "BE",
    encoding: Annotated[str, typer.Option(help="Text encoding. Default: detected.")] = "",
    delimiter: Annotated[str, typer.Option(help="Column delimiter. Default: detected.")] = "",
    sheet: Annotated[
        str, typer.Option(help="Sheet of a workbook. Default: the first with content.", show_default=False)
    ] = "",
    header_line: Annotated[
        int, typer.Option(min=0, help="Line with the columns' names. Default: detected.", show_default=False)
    ] = 0,
) -> None:
    """Connect a file. It is read from start to end on every sync and never written to."""
    ready()
    from counterfoil.cli.connect import save
    from counterfoil.cli.file_check import show_check, show_encodings
    from counterfoil.connections.connect import Draft
    from counterfoil.connectors.field_source import paths
    from counterfoil.connectors.file.column_names import sample_of
    from counterfoil.connectors.file.customer_columns import guess
    from counterfoil.connectors.file.file_check import check_rows
    from counterfoil.connectors.file.layout import Layout
    from counterfoil.connectors.file.reading import find_reading
    from counterfoil.connectors.file.row_id import choose_id_columns
    from counterfoil.connectors.file.rows import read_rows

    path = path.expanduser().absolute()
    layout = Layout(encoding, delimiter, sheet, header_line)
    show_encodings(path, layout)
    names = [part.strip() for text in id_column for part in (text, *text.split(","))]
    reading = find_reading(path, replace(layout, names=tuple(names)))
    headings = reading.used_names
    ids = choose_id_columns(id_column, headings)
    mapped = _mapped(maps or [], headings)
    open_columns = [column for column in headings if column not in ids or len(ids) > 1]
    chosen = {**guess(open_columns, sample_of(read_rows(reading)), mapped), **mapped}
    if "name" not in chosen:
        raise InvalidInput(
            "No column was recognised as the customer's name.",
            f"Choose one with --map name=COLUMN. Columns are: {', '.join(headings)}.",
        )
    settings = {
        "path": str(path),
        "id_column": ids[0] if len(ids) == 1 else "",
        "id_columns": list(ids) if len(ids) > 1 else [],
        **{key: value for key, value in asdict(layout).items() if key != "names"},
    }
    save(Draft(name.strip(), "file", settings, {}, country.upper(), chosen))
    show_check(check_rows(reading, ids))
    out.print(table(["field", "column"], [(field, escape(source)) for field, source in sorted(chosen.items())]))
    used = {*ids, *(column for source in chosen.values() for column in paths(source))}
    others = [column for column in headings if column not in used]
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


def _mapped(maps: list[str], headings: list[str]) -> dict[str, str]:
    from counterfoil.connectors.field_source import paths, quoted

    chosen = pairs(maps)
    for written in chosen.values():
        for column in paths(written, headings):
            if column not in headings:
                raise NotFound(f"The file has no column “{column}”.", f"Columns are: {', '.join(headings)}.")
    return {field: quoted(written) if written in headings else written for field, written in chosen.items()}
