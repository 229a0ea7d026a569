"""`counterfoil customers history`: every change of one customer, newest first, down to when it was first seen."""

from collections.abc import Collection
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.markup import escape

from counterfoil.cli import customer_text
from counterfoil.cli.customer_text import label, moment, shown
from counterfoil.cli.output import err, out, print_json, table
from counterfoil.cli.ready import ready
from counterfoil.connections import wording
from counterfoil.errors import InvalidInput

if TYPE_CHECKING:
    from counterfoil.mirror.models import Change, Customer
    from counterfoil.mirror.record_history import SetBy
    from counterfoil.mirror.sent_values import SentValue


def history(
    connection: Annotated[str, typer.Argument(help="Name of the connection.")],
    external_id: Annotated[str, typer.Argument(help=customer_text.ID)],
    field: Annotated[
        str | None,
        typer.Option(
            "--field",
            metavar="NAME",
            help="Only this field, named as in `show --json`; an extra field by its key.",
        ),
    ] = None,
    limit: Annotated[int, typer.Option(min=1, max=100_000, help="Maximum number of changes.")] = 20,
    as_json: Annotated[bool, typer.Option("--json", help="Print a JSON list.")] = False,
) -> None:
    """Show what changed on a customer, newest first: when, what, and who or what changed it.

    The last line is when the customer was first seen. Normalised values follow the field they come from.
    """
    ready()
    from counterfoil.connectors.page import Resource
    from counterfoil.mirror import record_history, sent_values
    from counterfoil.mirror.changes import FOLLOWS

    customer = customer_text.find(connection, external_id)
    rows = record_history.lines(customer, Resource.CUSTOMER)
    name = None
    if field is not None:
        name = _name(customer, field, set(rows.order_by().values_list("field", flat=True).distinct()))
        rows = rows.filter(field__in=[name, FOLLOWS[name]] if name in FOLLOWS else [name])
    changes = list(rows[:limit])
    sent = sent_values.of_changes(changes)
    lines = [_line(change, sent.get(change.pk)) for change in changes]
    complete = len(lines) < limit
    if complete:
        lines.append(_first_line(customer, name, changes))
    if as_json:
        print_json(lines)
        return
    columns = ["when", "field", "before", "after", "source", "by"]
    system = wording.system(customer.connection)
    out.print(table(columns, [_cells(line, system) for line in lines]))
    if not complete:
        err.print(f"[dim]Showing the newest {limit:,}. Raise --limit for more.[/]")


def _name(customer: "Customer", typed: str, changed: Collection[str]) -> str:
    """Return a field's name in history. `changed` are the fields that have changed. Raises InvalidInput."""
    from counterfoil.mapping.fields import COLUMNS
    from counterfoil.mirror.record_history import EXTRA

    if typed in COLUMNS or typed == "state" or typed in changed:
        return typed
    extra = f"{EXTRA}{typed.removeprefix(EXTRA)}"
    if extra in changed or extra.removeprefix(EXTRA) in customer.extra:
        return extra
    raise InvalidInput(
        f"Customer {customer.external_id} of {customer.connection.name} has no field “{typed[:40]}”.",
        "Name a field as in `counterfoil customers show … --json`, an extra field by its key.",
    )


def _line(change: "Change", sent: "SentValue | None") -> dict[str, Any]:
    from counterfoil.mirror import record_history

    told = {"sent": {"value": sent.value, "invalid": sent.invalid or None, "kept": sent.kept}} if sent else {}
    found = record_history.changed_by(change)
    return _as_json(change.field, found, before=change.before, after=change.after, **told)


def _first_line(customer: "Customer", name: str | None, changes: "list[Change]") -> dict[str, Any]:
    """Return the line of when the customer was first seen.

    With a field, all of whose changes are given, it holds the value that the field had then, where that is known.
    """
    from counterfoil.connectors.page import Resource
    from counterfoil.mirror import record_history
    from counterfoil.mirror.record_history import EXTRA, undo

    if name is None:
        return _as_json(None, record_history.origin(customer), before=None, after=None)
    origin = record_history.first_source(customer, Resource.CUSTOMER, name)
    stood = undo(record_history.values(customer, Resource.CUSTOMER), customer.extra, changes)
    if name in stood.unknown:
        return _as_json(name, origin, before=None)
    extra = stood.extra.get(name.removeprefix(EXTRA)) if name.startswith(EXTRA) else None
    return _as_json(name, origin, before=None, after=stood.values.get(name, extra))


def _as_json(field: str | None, found: "SetBy", **values: Any) -> dict[str, Any]:
    return {
        "at": found.at,
        "field": field,
        **{name: customer_text.as_time(field or "", value) for name, value in values.items()},
        "source": found.source,
        "reference": found.reference,
        "by": found.by or None,
        "first_seen": found.first,
    }


def _cells(line: dict[str, Any], system: str) -> list[str]:
    from counterfoil.mirror import record_history
    from counterfoil.mirror.sent_values import SentValue

    field = line["field"] or ""
    before = shown(field, line["before"], system)
    after = shown(field, line["after"], system) if "after" in line else "unknown"
    if line["first_seen"]:
        before, after = "", f"first seen: {after}" if field else "first seen"
    if sent := line.get("sent"):
        value = SentValue(0, field, sent["value"], sent["invalid"] or "", sent["kept"])
        after = f"{after} [yellow]({escape(wording.sent_value(value, system))})[/]"
    source = escape(record_history.source_label(line["source"], line["reference"]))
    return [moment(line["at"]), label(field, system), before, after, source, escape(line["by"] or "")]
