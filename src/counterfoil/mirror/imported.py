"""Invoices that only an import has told of, and those among them that no pass tells more about.

A pass lists invoices from a day on, and unpaid ones of any date. An imported one that is older, or has no date,
may have been paid or deleted long before: no list says so, and its last change lies before every watermark. So it
is read by itself, once; from then on the upstream's answer counts.
"""

from collections.abc import Collection, Mapping
from typing import Any, NamedTuple

from django.db.models import Q

from counterfoil.connectors.page import Resource
from counterfoil.mirror import coverage
from counterfoil.mirror.enums import State
from counterfoil.mirror.models import Run, RunKind

BEFORE_ALL = -1
"""The ticket of every imported row. Tickets are drawn from 1 on."""
FILE, COLUMNS, FORMS = "file", "columns", "forms"
"""The options of a run that imports: the SHA-256 of the file, the column of each field, and how it is written."""
ONLY = Q(ticket_to=BEFORE_ALL)
"""Rows that no observation of the upstream has reached yet."""
_FINAL = Q(status__iexact="paid") | Q(status__iexact="void")
"""Nothing follows these statuses, so they need no read."""


def unconfirmed(connection_id: int) -> Q:
    """Build the filter for imported invoices that the complete passes so far say nothing about.

    There are none before the first complete pass, which may list them all.
    """
    covered = coverage.load(connection_id, Resource.INVOICE)
    if covered.complete_pass_at is None:
        return Q(pk__in=())
    since = Q(first_seen_at__gt=covered.complete_pass_at)
    if covered.dated_from is not None:
        since |= Q(date=None) | Q(date__lt=covered.dated_from)
    return ONLY & ~_FINAL & Q(state=State.PRESENT) & since


class ReadAs(NamedTuple):
    """How a file was read: the column of each field, and the form of amounts and dates by field.

    Imports by earlier versions have no forms: they read amounts as programs write them, and the day first.
    """

    columns: Mapping[str, str]
    forms: Mapping[str, str]


def read_as_by_run(runs: Collection[int]) -> dict[int, ReadAs]:
    """Return how these runs have read their files."""
    found = Run.objects.filter(pk__in=runs, kind=RunKind.IMPORT).values_list("pk", "options")
    return {key: _read_as(options) for key, options in found if COLUMNS in options}


def read_as_of_file(connection_id: int, digest: str) -> ReadAs:
    """Return how a file was read when it was imported last, nothing where it was not. `digest`: its SHA-256."""
    runs = Run.objects.filter(connection_id=connection_id, kind=RunKind.IMPORT, **{f"options__{FILE}": digest})
    return _read_as(runs.order_by("-id").values_list("options", flat=True).first() or {})


def _read_as(options: Mapping[str, Any]) -> ReadAs:
    return ReadAs(options.get(COLUMNS, {}), options.get(FORMS, {}))
