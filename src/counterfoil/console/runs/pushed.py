"""What a run sent, customer by customer, with the result, and the conflicts it found."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.utils.safestring import SafeString

from counterfoil.connections import wording
from counterfoil.connectors.page import Resource
from counterfoil.console.conflicts import text as conflict_text
from counterfoil.console.lists.pagination import page_keys
from counterfoil.console.widgets import badges
from counterfoil.console.widgets.formats import one_line
from counterfoil.mapping.fields import LABELS_OF
from counterfoil.mirror import sent_values
from counterfoil.mirror.models import Conflict, ContactPerson, Customer, PendingEdit, Run, Source, Write

A_PAGE = 50
MOST_CONFLICTS = 50


@dataclass(frozen=True, slots=True)
class PushedRecord:
    """One write. Each field has its label, the value before, the value sent, why it was rejected, and a note."""

    write: Write
    customer: Customer | None
    badge: SafeString
    fields: list[tuple[str, str, str, str, str]]


def context(request: HttpRequest, run: Run) -> dict[str, Any]:
    """Return a page of the run's writes, and the conflicts it found."""
    text = request.GET.get("sent", "")
    number = max(1, int(text)) if text.isdecimal() and len(text) < 7 else 1
    found, more = page_keys(Write.objects.filter(run_id=run.pk).order_by("id"), number, A_PAGE)
    writes = list(Write.objects.filter(pk__in=found).order_by("id"))
    return {
        "sent": _pushed_records(run, writes),
        "sent_before": number - 1 if number > 1 else None,
        "sent_after": number + 1 if more else None,
        "system": wording.system(run.connection),
        "found_conflicts": _found_conflicts(run),
    }


def _pushed_records(run: Run, writes: list[Write]) -> list[PushedRecord]:
    records = {write.record_id for write in writes}
    customers = Customer.objects.only("name", "external_id").in_bulk(records)
    persons = _customers_of_persons([write.record_id for write in writes if write.resource != Resource.CUSTOMER])
    edits = PendingEdit.objects.filter(record_id__in=records)
    refused = {(edit.resource, edit.record_id, edit.field): edit.refused for edit in edits}
    system = wording.system(run.connection)
    notes = {
        (write.pk, value.field): wording.sent_value(value, system)
        for write in writes
        for value in sent_values.notable_values([write])
    }
    return [
        PushedRecord(
            write,
            (customers if write.resource == Resource.CUSTOMER else persons).get(write.record_id),
            badges.write_state(write.state, run.connection),
            [
                (
                    LABELS_OF[write.resource].get(field, field),
                    one_line(values["base"]),
                    one_line(values["value"]),
                    refused.get((write.resource, write.record_id, field), ""),
                    notes.get((write.pk, field), ""),
                )
                for field, values in write.fields.items()
            ],
        )
        for write in writes
    ]


def _customers_of_persons(persons: Sequence[int]) -> dict[int, Customer]:
    """Return the customers of contact persons, by person."""
    rows = ContactPerson.objects.filter(pk__in=persons).exclude(customer=None).select_related("customer")
    return {row.pk: row.customer for row in rows if row.customer is not None}


def _found_conflicts(run: Run) -> list[tuple[Conflict, str, str, Customer | None]]:
    rows = Conflict.objects.filter(
        connection_id=run.connection_id,
        resource=Resource.CUSTOMER,
        theirs_source=Source.PUSH,
        theirs_reference=run.pk,
    )
    found = list(rows.order_by("id")[:MOST_CONFLICTS])
    customers = Customer.objects.only("name", "external_id").in_bulk([conflict.record_id for conflict in found])
    system = wording.system(run.connection)
    return [
        (
            conflict,
            conflict_text.subject(conflict),
            wording.sentence(wording.conflict_kind(conflict.kind, system)),
            customers.get(conflict.record_id),
        )
        for conflict in found
    ]
