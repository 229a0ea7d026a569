"""What a push has sent, customer by customer, and what became of it."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.utils.safestring import SafeString

from counterfoil.console.conflicts import text as conflict_text
from counterfoil.console.lists.pagination import page_keys
from counterfoil.console.widgets import badges
from counterfoil.console.widgets.formats import one_line
from counterfoil.ingest.edit_values import label
from counterfoil.mirror.models import Conflict, Customer, PendingEdit, Run, Source, Write

A_PAGE = 50
MOST_CONFLICTS = 50


@dataclass(frozen=True, slots=True)
class PushedRecord:
    """One write: of each field its label, what was there, what was sent, and why it was not taken."""

    write: Write
    customer: Customer | None
    badge: SafeString
    fields: list[tuple[str, str, str, str]]


def context(request: HttpRequest, run: Run) -> dict[str, Any]:
    """A page of its writes, and the conflicts that it has raised."""
    text = request.GET.get("sent", "")
    number = max(1, int(text)) if text.isdecimal() and len(text) < 7 else 1
    found, more = page_keys(Write.objects.filter(run_id=run.pk).order_by("id"), number, A_PAGE)
    writes = list(Write.objects.filter(pk__in=found).order_by("id"))
    return {
        "sent": _sent(run, writes),
        "sent_before": number - 1 if number > 1 else None,
        "sent_after": number + 1 if more else None,
        "raised": _raised(run),
    }


def _sent(run: Run, writes: list[Write]) -> list[PushedRecord]:
    records = {write.record_id for write in writes}
    customers = Customer.objects.only("name", "external_id").in_bulk(records)
    refused = {(edit.record_id, edit.field): edit.refused for edit in PendingEdit.objects.for_records(records)}
    return [
        PushedRecord(
            write,
            customers.get(write.record_id),
            badges.write_state(write.state, run.connection),
            [
                (
                    label(field),
                    one_line(said["base"]),
                    one_line(said["value"]),
                    refused.get((write.record_id, field), ""),
                )
                for field, said in write.fields.items()
            ],
        )
        for write in writes
    ]


def _raised(run: Run) -> list[tuple[Conflict, str, Customer | None]]:
    brought = Conflict.objects.filter(
        connection_id=run.connection_id, theirs_source=Source.PUSH, theirs_reference=run.pk
    )
    found = list(brought.order_by("id")[:MOST_CONFLICTS])
    customers = Customer.objects.only("name", "external_id").in_bulk([one.record_id for one in found])
    return [(one, conflict_text.subject(one), customers.get(one.record_id)) for one in found]
