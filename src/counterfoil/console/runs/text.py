"""A run in words: what it does, what it is doing now, and what users can do about it."""

from collections.abc import Callable, Mapping
from datetime import timedelta

from django.utils import timezone

from counterfoil.connections import wording
from counterfoil.connectors.page import Resource
from counterfoil.console.widgets import formats, resource_names
from counterfoil.mirror import workers
from counterfoil.mirror.models import BESIDE, Run, RunKind, RunState

PATIENCE = timedelta(seconds=20)
"""How long something may be queued before users are told what it waits for."""

_TITLES = {RunKind.INCREMENTAL: "changes-only sync"}


def title(run: Run) -> str:
    """Name what a run does: "Full sync", "Full sync of invoices", "One contact person"."""
    kind = wording.sentence(_TITLES.get(RunKind(run.kind)) or wording.run_kind(run.kind))
    if run.kind in (RunKind.UNPAID, RunKind.SELECTION):
        return kind
    if run.resource == Resource.CUSTOMER and run.kind != RunKind.DETAILS:
        return kind
    if run.kind == RunKind.SINGLE:
        return f"One {resource_names.noun(run.resource)}"
    return f"{kind} of {resource_names.nouns(run.resource)}"


def stage(run: Run) -> str:
    """Say what the run is doing now; empty when it is over."""
    if run.state == RunState.QUEUED:
        return _queued(run)
    if run.state == RunState.PARKED:
        until = f" until {formats.exact(run.parked_until)}" if run.parked_until else ""
        return f"Waiting{until}. It resumes automatically."
    return _running(run) if run.state == RunState.RUNNING else ""


def advice(run: Run) -> str:
    """Say what users can do about the run; empty where there is nothing to do."""
    if run.state == RunState.QUEUED and timezone.now() - run.created_at > PATIENCE:
        return why_waiting()
    if run.state == RunState.NEEDS_APPROVAL:
        return _before_approval(run)
    if run.state == RunState.FAILED:
        return _after_failure(run)
    if run.kind in _AFTERWARDS:
        return _AFTERWARDS[RunKind(run.kind)](run)
    if run.state == RunState.COMPLETED and run.failed and not run.options.get("dry_run"):
        return "Records that could not be imported are listed as import problems. Every sync tries them again."
    return ""


def why_waiting() -> str:
    """Say that something waits for lack of a worker, and how to start one; empty where one is running."""
    if workers.health().running:
        return ""
    return f"It waits because no worker is running. {workers.how_to_start()}"


def _before_approval(run: Run) -> str:
    system = wording.system(run.connection)
    if run.kind == RunKind.DELETIONS:
        return (
            "The records on the list below count as not found until you decide. If they were really deleted in "
            f"{system}, approve the list: each record is read again first. If not, reject it. A record that is "
            "found again leaves the list by itself."
        )
    return (
        "Nothing on the list below has been done yet. If the list is right, approve it: each record is read "
        f"again before it is changed. If not, reject it and check {system} first."
    )


def _queued(run: Run) -> str:
    others = Run.objects.filter(connection_id=run.connection_id, state=RunState.RUNNING).exclude(pk=run.pk)
    other = others.exclude(kind__in=BESIDE).first()
    if other is None or run.kind in BESIDE:
        return "Waiting for a worker."
    return f"Waiting for run {other.pk} of the same connection to finish."


_STAGES = {
    RunKind.REMAP: "Applying the mapping to every stored record; no API calls are made.",
    RunKind.SINGLE: "Reading one record.",
    RunKind.SELECTION: "Reading the selected customers again, one by one.",
    RunKind.IMPORT: "Importing invoices from a file.",
    RunKind.PUSH: "Sending edits, customer by customer. Each customer is read again before and after.",
    RunKind.DETAILS: "Reading what lists leave out, record by record, while no one else needs the calls.",
}


def _running(run: Run) -> str:
    if run.approved_at is not None:
        return "Applying what was approved. Each record is read again first."
    if run.kind in _STAGES:
        return _STAGES[RunKind(run.kind)]
    if run.expected is not None and run.fetched >= run.expected:
        return "All records are listed. Checking one by one those that were not found."
    return f"Listing the {'unpaid ' if run.kind == RunKind.UNPAID else ''}{resource_names.nouns(run.resource)}."


_KEPT = {
    RunKind.DETAILS: "What was read is kept. The rest is read after the next sync.",
    RunKind.SELECTION: "What was read is kept. Fix the problem, then select the customers again.",
    RunKind.IMPORT: "What was imported is kept. Fix the problem, then import the file again: it continues where "
    "it stopped.",
    RunKind.PUSH: "What was sent is kept, and all other edits still wait. Fix the problem, then send again. Edits "
    "that got no answer are looked up first, so nothing is sent twice.",
}


def _after_failure(run: Run) -> str:
    if run.options.get("dry_run") or run.kind in (RunKind.SINGLE, RunKind.REMAP):
        return "Nothing was left half done. Fix the problem, then retry."
    if run.kind in _KEPT:
        return _KEPT[RunKind(run.kind)]
    if run.resumable:
        return "What was read is kept. Resume the run, or start a sync: it continues where this run stopped."
    return "What was saved before stays, and nothing was marked as not found. Sync again later."


def _import(run: Run) -> str:
    if run.state == RunState.PARKED:
        return "Import the file again: it continues where it stopped."
    return "The rows that could not be read are in the report next to the file." if run.failed else ""


def _push(run: Run) -> str:
    """Say what is left for a user to do."""
    sentences = []
    if run.conflicts:
        sentences.append("Some fields were changed on both sides: decide which value to keep.")
    if run.failed:
        system = wording.system(run.connection)
        sentences.append(f"{system} rejected some edits. Open the customers below to correct or undo them.")
    return " ".join(sentences)


_AFTERWARDS: Mapping[RunKind, Callable[[Run], str]] = {RunKind.IMPORT: _import, RunKind.PUSH: _push}
