"""`counterfoil customers show`: one customer in full, as it is or as it was at a given time."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.markup import escape

from counterfoil.cli import customer_delete, customer_text, edit_text, time_input
from counterfoil.cli.customer_text import label, shown
from counterfoil.cli.output import err, out, print_json, table
from counterfoil.cli.ready import ready
from counterfoil.connections import wording
from counterfoil.errors import InvalidInput, NotFound

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from counterfoil.mirror.edit_status import EditState
    from counterfoil.mirror.models import Change, Customer, PendingEdit
    from counterfoil.mirror.record_history import SetBy

LINES = 20
"""Newest changes below the fields; `customers history` has all of them."""
NO_ROWS = ("raw", "extra", "invalid", "not_known", "edits")
"""Keys of the JSON that are no rows of the table of their own."""


def show(
    connection: Annotated[str, typer.Argument(help="Name of the connection.")],
    external_id: Annotated[str, typer.Argument(help=customer_text.ID)],
    at: Annotated[
        str | None,
        typer.Option(
            "--at",
            metavar="TIME",
            help="As it was then: 2026-11-20, '2026-11-20 14:00', or how long ago: 90m, 12h, 7d.",
        ),
    ] = None,
    with_sources: Annotated[
        bool,
        typer.Option(
            "--sources", help="Add where each value comes from, when it was set, and what it was before."
        ),
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Show a customer with its history, as it is now or, with --at, as it was then."""
    ready()
    from counterfoil.connectors.page import Resource
    from counterfoil.mirror import best_contact, edit_status, record_history

    moment = None if at is None else _moment(at)
    customer = customer_text.find(connection, external_id)
    best = best_contact.best_contacts(customer) if moment is None else None
    until = None
    edits = edit_status.edits_by_field(customer) if moment is None else {}
    if moment is None:
        values = {
            **customer_text.record(customer),
            **customer_text.answered_ids(customer),
            "best_phone_of": best.phone.whose if best and best.phone else None,
            "best_email_of": best.email.whose if best and best.email else None,
            "edits": {name: edit_text.about(*edit) for name, edit in edits.items()},
            "deletion": customer_delete.deletion(customer),
        }
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
        values["deletion"] = _deletion(values["deletion"])
        values["key"] = None if customer.external_id else customer_text.shown_id(customer)
        for name, found in (("best_phone_of", best and best.phone), ("best_email_of", best and best.email)):
            if found and found.person is None:
                values[name] = "the company"
    system = wording.system(customer.connection)
    marks = _marks(customer, edits, system) if moment is None else {}
    out.print(table(*_fields(values, set_by, marks, system)))
    if values.get("not_known"):
        names = ", ".join(label(name, system) for name in values["not_known"])
        err.print(
            f"[dim]Unknown at that time: {names}. "
            "Normalised values are kept for the newest value of a field only.[/]"
        )
    changes = record_history.lines(customer, Resource.CUSTOMER)
    _print_history(changes.filter(pk__lt=until)[:LINES] if until is not None else changes[:LINES], system)


def _moment(text: str) -> datetime:
    from django.utils import timezone

    now = timezone.localtime()
    moment = time_input.parse(text, now)
    if moment > now:
        raise InvalidInput(f"“{text[:40]}” is in the future.", "Leave out --at to see the customer as it is now.")
    return moment


def _past(customer: "Customer", moment: datetime) -> tuple[dict[str, Any], int | None]:
    """Return what the customer held at that time as JSON, and the first change after it."""
    from counterfoil.connectors.page import Resource
    from counterfoil.mirror import record_history

    if moment < customer.first_seen_at:
        raise NotFound(
            f"Customer {customer.external_id} of {customer.connection.name} was not in this copy at "
            f"{customer_text.moment(moment)}: it was first seen at "
            f"{customer_text.moment(customer.first_seen_at)}.",
            "Give a later time.",
        )
    stood, until = record_history.as_of(customer, Resource.CUSTOMER, moment)
    return {
        "at": moment,
        "connection": customer.connection.name,
        "external_id": customer.external_id,
        **{name: customer_text.as_time(name, value) for name, value in stood.values.items()},
        "first_seen_at": customer.first_seen_at,
        "extra": dict(sorted(stood.extra.items())),
        "not_known": sorted(stood.unknown),
    }, until


def _is_shown(name: str, values: "Mapping[str, Any]") -> bool:
    from counterfoil.mirror.record_history import EXTRA

    return name in values or (name.startswith(EXTRA) and name.removeprefix(EXTRA) in values["extra"])


def _marks(
    customer: "Customer", edits: "Mapping[str, tuple[PendingEdit, EditState]]", system: str
) -> dict[str, str]:
    """Return what is printed beside a value, by field: why it could not be normalised, and that it is edited."""
    marks = {name: f"  [yellow]({escape(problem)})[/]" for name, problem in customer.invalid.items()}
    for name, (edit, state) in edits.items():
        marks[name] = f"{marks.get(name, '')}  [yellow]{edit_text.mark(edit, state, system)}[/]"
    return marks


def _fields(
    values: "Mapping[str, Any]", set_by: "Mapping[str, SetBy]", marks: "Mapping[str, str]", system: str
) -> tuple[list[str], list[list[str]]]:
    """Return the columns and rows of the table, with a column of sources where there are any."""
    from counterfoil.mirror.record_history import EXTRA

    rows: list[list[str]] = []
    for name, value in values.items():
        empty = value in (None, "", {}, []) and name not in marks and not _was_emptied(set_by.get(name))
        if name not in NO_ROWS and not empty:
            rows.append([name, label(name, system), shown(name, value, system) + marks.get(name, "")])
    for key, value in values["extra"].items():
        rows.append([f"{EXTRA}{key}", escape(key), shown(f"{EXTRA}{key}", value, system)])
    if not set_by:
        return ["field", "value"], [cells for _, *cells in rows]
    sources = {name: customer_text.source(name, found, system) for name, found in set_by.items()}
    return ["field", "value", "source"], [[*cells, sources.get(name, "")] for name, *cells in rows]


def _was_emptied(found: "SetBy | None") -> bool:
    """Tell whether a field without a value once had one: then its source is worth a row."""
    return found is not None and found.before is not None


def _print_history(changes: "Iterable[Change]", system: str) -> None:
    from counterfoil.mirror import record_history

    rows = [
        (customer_text.moment(c.at), label(c.field, system), shown(c.field, c.before, system),
         shown(c.field, c.after, system), customer_text.set_by(record_history.changed_by(c)))
        for c in changes
    ]  # fmt: skip
    if rows:
        out.print()
        out.print(table(["when", "field", "before", "after", "source"], rows, title="History"))


def _deletion(pending: "Mapping[str, Any] | None") -> str | None:
    """Tell that the customer is about to be deleted, or why its deletion has to be confirmed again."""
    if pending is None:
        return None
    by = f" by {pending['by']}" if pending["by"] else ""
    confirmed = f"confirmed{by} at {customer_text.moment(pending['at'])}"
    return f"{confirmed}; to be confirmed again: {pending['held']}" if pending["held"] else f"{confirmed}, waits"


def _details(customer: "Customer") -> str:
    """Tell whether fields that lists leave out were fetched; empty where lists hold everything."""
    from counterfoil.connectors.page import Resource
    from counterfoil.mirror import details

    connector = customer.connection.connector
    if not details.only_in_detail(Resource.CUSTOMER, connector):
        return ""
    state = details.fetched_state(customer, Resource.CUSTOMER, connector)
    return {"whole": "fetched", "before": "fetched before the last change", "never": "not fetched yet"}[state]
