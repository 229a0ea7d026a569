"""`counterfoil customers history`: every change of one customer, newest first, down to its first sight."""

from collections.abc import Collection
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.markup import escape

from counterfoil.cli import customer_text
from counterfoil.cli.customer_text import label, said
from counterfoil.cli.output import err, out, print_json, table
from counterfoil.cli.ready import ready
from counterfoil.errors import InvalidInput

if TYPE_CHECKING:
    from counterfoil.mirror.models import Change, Customer
    from counterfoil.mirror.record_history import SetBy


def history(
    connection: Annotated[str, typer.Argument(help="The connection's name.")],
    external_id: Annotated[str, typer.Argument(help=customer_text.ID)],
    field: Annotated[
        str | None,
        typer.Option(
            "--field", metavar="NAME", help="Only of this one: as in `show --json`, or an extra field's key."
        ),
    ] = None,
    limit: Annotated[int, typer.Option(min=1, max=100_000, help="At most so many lines.")] = 20,
    as_json: Annotated[bool, typer.Option("--json", help="Print a JSON list.")] = False,
) -> None:
    """Say what changed of a customer, newest first: when, from what to what, by what and by whom.

    The last line is its first sight. A normal form is followed through its field, by which it changes.
    """
    ready()
    from counterfoil.connectors.page import Resource
    from counterfoil.mirror import record_history
    from counterfoil.mirror.changes import FOLLOWS

    customer = customer_text.find(connection, external_id)
    rows = record_history.lines(customer, Resource.CUSTOMER)
    name = None
    if field is not None:
        name = _name(customer, field, set(rows.order_by().values_list("field", flat=True).distinct()))
        rows = rows.filter(field__in=[name, FOLLOWS[name]] if name in FOLLOWS else [name])
    changes = list(rows[:limit])
    lines = [_line(change) for change in changes]
    whole = len(lines) < limit
    if whole:
        lines.append(_first(customer, name, changes))
    if as_json:
        print_json(lines)
        return
    columns = ["when", "field", "before", "after", "source", "by"]
    out.print(table(columns, [_cells(line) for line in lines]))
    if not whole:
        err.print(f"[dim]The newest {limit:,}; raise --limit for more.[/]")


def _name(customer: "Customer", typed: str, known: Collection[str]) -> str:
    """The field that is meant, as history names it. Raises InvalidInput."""
    from counterfoil.mapping.fields import COLUMNS
    from counterfoil.mirror.record_history import EXTRA

    if typed in COLUMNS or typed == "state" or typed in known:
        return typed
    extra = f"{EXTRA}{typed.removeprefix(EXTRA)}"
    if extra in known or extra.removeprefix(EXTRA) in customer.extra:
        return extra
    raise InvalidInput(
        f"{customer.connection.name}'s customer {customer.external_id} has no field called “{typed[:40]}”.",
        "Fields are called as in `counterfoil customers show … --json`, extra fields by their key.",
    )


def _line(change: "Change") -> dict[str, Any]:
    from counterfoil.mirror import record_history

    return _told(change.field, record_history.changed_by(change), before=change.before, after=change.after)


def _first(customer: "Customer", name: str | None, changes: "list[Change]") -> dict[str, Any]:
    """The first sight; of a field, all of whose changes these are, with the value that it had, if known."""
    from counterfoil.connectors.page import Resource
    from counterfoil.mirror import record_history
    from counterfoil.mirror.record_history import EXTRA, undo

    origin = record_history.origin(customer)
    if name is None:
        return _told(None, origin, before=None, after=None)
    stood = undo(record_history.values(customer, Resource.CUSTOMER), customer.extra, changes)
    if name in stood.unknown:
        return _told(name, origin, before=None)
    extra = stood.extra.get(name.removeprefix(EXTRA)) if name.startswith(EXTRA) else None
    return _told(name, origin, before=None, after=stood.values.get(name, extra))


def _told(field: str | None, found: "SetBy", **values: Any) -> dict[str, Any]:
    """One line as JSON."""
    return {
        "at": found.at,
        "field": field,
        **values,
        "source": found.source,
        "reference": found.reference,
        "by": found.by or None,
        "first_seen": found.first,
    }


def _cells(line: dict[str, Any]) -> list[str]:
    from counterfoil.mirror import record_history

    field = line["field"]
    after = said(field or "", line["after"]) if "after" in line else "not known"
    before = "" if line["first_seen"] else said(field or "", line["before"])
    if line["first_seen"]:
        after = f"first seen: {after}" if field else "first seen"
    source = escape(record_history.source_label(line["source"], line["reference"]))
    return [said("at", line["at"]), label(field or ""), before, after, source, escape(line["by"] or "")]
