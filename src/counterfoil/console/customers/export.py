"""The export of customers as a file. Only a few run at once, since each computes for as long as it lasts."""

import threading
import weakref
from collections.abc import Generator, Iterator

import structlog
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.text import slugify

from counterfoil.console.lists.admin_base import current_user
from counterfoil.console.site import permissions
from counterfoil.mirror import csv_export
from counterfoil.mirror.models import Connection
from counterfoil.mirror.pagination import parse_key
from counterfoil.mirror.selection import Selection

log = structlog.get_logger()

MOST = 2
"""Exports at once, in this process."""
RETRY_SECONDS = 30
_SLOTS = threading.BoundedSemaphore(MOST)


def export(request: HttpRequest, selection: Selection) -> HttpResponse | StreamingHttpResponse:
    """Stream the selection as a CSV file. The log keeps who, how many rows, and the names of the filters."""
    if not _SLOTS.acquire(blocking=False):
        return _all_taken(request)
    file = _File(_logged_chunks(selection, request))
    name = file_name(selection, timezone.localtime(timezone.now()).date().isoformat())
    return StreamingHttpResponse(
        file,
        content_type="text/csv; charset=utf-8",
        headers={
            "Content-Disposition": content_disposition_header(as_attachment=True, filename=name) or "",
            "Cache-Control": "no-store",
        },
    )


def _all_taken(request: HttpRequest) -> HttpResponse:
    words = {
        "message": f"{MOST} exports are already running",
        "advice": "Wait until one of them is finished, then export again.",
    }
    answer = render(request, "console/problem.html", words, status=503)
    answer["Retry-After"] = str(RETRY_SECONDS)
    return answer


class _File:
    """The chunks of an export. Its slot is free once it is closed or forgotten, even where no chunk was taken."""

    def __init__(self, chunks: Generator[bytes, None, None]) -> None:
        self._chunks = chunks
        self._free = weakref.finalize(self, _SLOTS.release)

    def __iter__(self) -> Iterator[bytes]:
        yield from self._chunks

    def close(self) -> None:
        """End the export."""
        try:
            self._chunks.close()
        finally:
            self._free()


def file_name(selection: Selection, day: str) -> str:
    """Name the file, as in customers-acme-2026-11-20.csv, without a connection where there are several."""
    connections = Connection.objects.all()
    if selection.visible is not None:
        connections = connections.filter(pk__in=selection.visible)
    if selection.picked:
        connections = connections.filter(pk__in=selection.rows(timezone.now()).values("connection_id"))
    elif (chosen := parse_key(selection.filters.get("connection", ""))) is not None:
        connections = connections.filter(pk=chosen)
    names = list(connections.values_list("name", flat=True)[:2])
    only = slugify(names[0]) if len(names) == 1 else ""
    return "-".join(part for part in ("customers", only, day) if part) + ".csv"


def _logged_chunks(selection: Selection, request: HttpRequest) -> Generator[bytes, None, None]:
    done, complete = 0, False

    def count(rows: int) -> None:
        nonlocal done
        done = rows

    try:
        yield from csv_export.csv_chunks(
            selection.rows(timezone.now()), count, with_persons=request.user.has_perm(permissions.SEE_PERSONS)
        )
        complete = True
    finally:
        log.info(
            "customers exported",
            user=current_user(request).pk,
            rows=done,
            filters=selection.names,
            complete=complete,
        )
