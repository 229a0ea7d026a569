"""`counterfoil customers show`: one customer in full, as it stands or as it stood."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.markup import escape

from counterfoil.cli import customer_text, edit_text, time_input
from counterfoil.cli.customer_text import label, said
from counterfoil.cli.output import err, out, print_json, table
from counterfoil.cli.ready import ready
from counterfoil.errors import InvalidInput, NotFound

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from counterfoil.mirror.edit_status import EditState
    from counterfoil.mirror.models import Change, Customer, PendingEdit
    from counterfoil.mirror.record_history import SetBy

LINES = 20
"""Of its history, below the fields; `customers history` has all of it."""
NO_ROWS = ("raw", "extra", "invalid", "not_known", "edits")
"""Keys of the JSON that are said otherwise in the table."""


def show(
    connection: Annotated[str, typer.Argument(help="The connection's name.")],
    external_id: Annotated[str, typer.Argument(help=customer_text.ID)],
    at: Annotated[
        str | None,
        typer.Option(
            "--at",
            metavar="TIME",
            help="As it stood then: 2026-11-20, '2026-11-20 14:00', or how long ago: 90m, 12h, 7d.",
        ),
    ] = None,
    with_sources: Annotated[
        bool, typer.Option("--sources", help="Say of each value what set it, when, and what it was before.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Show one customer with its history, as it stands or, with --at, as it stood."""
    ready()
    from counterfoil.connectors.page import Resource
    from counterfoil.mirror import edit_status, record_history

    moment = None if at is None else _moment(at)
    customer = customer_text.find(connection, external_id)
    until = None
    edits = edit_status.edits_by_field(customer) if moment is None else {}
    if moment is None:
        known = {name: edit_text.about(*found) for name, found in edits.items()}
        values = {**customer_text.record(customer), **_to_call(customer), "edits": known}
    else:
        values, until = _past(customer, moment)
    set_by = record_history.set_by(customer, Resource.CUSTOMER, until) if with_sources else {}
    set_by = {name: found for name, found in set_by.items() if _is_shown(name, values)}
    if as_json:
        origins = {name: customer_text.source_json(found) for name, found in set_by.items()}
        print_json({**values, "sources": origins} if with_sources else values)
        return
    if moment is None:
        values["details"] = _details(customer)
        values["key"] = None if customer.external_id else customer_text.called(customer)
    out.print(table(*_fields(values, set_by, _marks(customer, edits) if moment is None else {})))
    if values.get("not_known"):
        err.print(
            f"[dim]Not known of then: {', '.join(map(label, values['not_known']))}. "
            "A normal form is kept with the newest value of its field only.[/]"
        )
    changes = record_history.lines(customer, Resource.CUSTOMER)
    _print_history(changes.filter(pk__lt=until)[:LINES] if until is not None else changes[:LINES])


def _moment(text: str) -> datetime:
    from django.utils import timezone

    now = timezone.localtime()
    found = time_input.typed(text, now)
    if found > now:
        raise InvalidInput(f"“{text[:40]}” is still to come.", "Leave --at out for how the customer stands now.")
    return found


def _past(customer: "Customer", moment: datetime) -> tuple[dict[str, Any], int | None]:
    """What it held then, as JSON, and the first change that came after."""
    from counterfoil.connectors.page import Resource
    from counterfoil.mirror import record_history

    if moment < customer.first_seen_at:
        raise NotFound(
            f"{customer.connection.name} had no customer {customer.external_id} in this copy at "
            f"{said('at', moment)}: it was first seen at {said('at', customer.first_seen_at)}.",
            "Name a later moment.",
        )
    stood, until = record_history.as_of(customer, Resource.CUSTOMER, moment)
    return {
        "at": moment,
        "connection": customer.connection.name,
        "external_id": customer.external_id,
        **stood.values,
        "first_seen_at": customer.first_seen_at,
        "extra": dict(sorted(stood.extra.items())),
        "not_known": sorted(stood.unknown),
    }, until


def _is_shown(name: str, values: "Mapping[str, Any]") -> bool:
    from counterfoil.mirror.record_history import EXTRA

    return name in values or (name.startswith(EXTRA) and name.removeprefix(EXTRA) in values["extra"])


def _marks(customer: "Customer", edits: "Mapping[str, tuple[PendingEdit, EditState]]") -> dict[str, str]:
    """What there is to say beside a value, by field: why it has no normal form, that the upstream has another."""
    marks = {name: f"  [yellow]({escape(problem)})[/]" for name, problem in customer.invalid.items()}
    for name, found in edits.items():
        marks[name] = f"{marks.get(name, '')}  [yellow]{edit_text.not_upstream(*found)}[/]"
    return marks


def _fields(
    values: "Mapping[str, Any]", set_by: "Mapping[str, SetBy]", marks: "Mapping[str, str]"
) -> tuple[list[str], list[list[str]]]:
    """The columns and rows of the table; the sources are a column where they were asked for."""
    from counterfoil.mirror.record_history import EXTRA

    rows: list[list[str]] = []
    for name, value in values.items():
        empty = value in (None, "", {}) and name not in marks and not _emptied(set_by.get(name))
        if name not in NO_ROWS and not empty:
            rows.append([name, label(name), said(name, value) + marks.get(name, "")])
    for key, value in values["extra"].items():
        rows.append([f"{EXTRA}{key}", escape(key), escape(str(value))])
    if not set_by:
        return ["field", "value"], [cells for _, *cells in rows]
    said_of = {name: customer_text.source(name, found) for name, found in set_by.items()}
    return ["field", "value", "source"], [[*cells, said_of.get(name, "")] for name, *cells in rows]


def _emptied(found: "SetBy | None") -> bool:
    """Whether a field without a value once had one: then its source is worth a row."""
    return found is not None and found.before is not None


def _print_history(changes: "Iterable[Change]") -> None:
    from counterfoil.mirror import record_history

    rows = [
        (said("at", c.at), label(c.field), said(c.field, c.before), said(c.field, c.after),
         customer_text.done_by(record_history.changed_by(c)))
        for c in changes
    ]  # fmt: skip
    if rows:
        out.print()
        out.print(table(["when", "field", "before", "after", "source"], rows, title="History"))


def _details(customer: "Customer") -> str:
    """Whether what lists do not say is here; empty where they say everything."""
    from counterfoil.connectors.page import Resource
    from counterfoil.mirror import details

    connector = customer.connection.connector
    if not details.only_in_detail(Resource.CUSTOMER, connector):
        return ""
    known = details.fetched_state(customer, Resource.CUSTOMER, connector)
    return {"whole": "fetched", "before": "from before its last change", "never": "not fetched yet"}[known]


def _to_call(customer: "Customer") -> dict[str, str | None]:
    from counterfoil.mirror import primary_phone

    found = primary_phone.for_customer(customer)
    return {
        "primary_phone": found.number if found else None,
        "primary_phone_of": found.whose if found else None,
    }
