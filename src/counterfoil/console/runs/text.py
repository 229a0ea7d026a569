"""A run in words: what it is doing now, and what a person can do about it."""

from collections.abc import Callable, Mapping
from datetime import timedelta

from django.utils import timezone

from counterfoil.connectors.page import Resource
from counterfoil.console.widgets import formats, resource_names
from counterfoil.mirror.models import BESIDE, Run, RunKind, RunState

PATIENCE = timedelta(seconds=20)
"""A run queued for longer than that may have no worker to take it up."""
NO_WORKER = (
    "If nothing happens, no worker is running: `counterfoil serve` starts one beside the console on the embedded "
    "database, `counterfoil worker` starts one on its own."
)


def title(run: Run) -> str:
    """What it does: "Full sync", "Full sync of invoices", "One contact person"."""
    kind = str(run.get_kind_display())
    if run.kind in (RunKind.UNPAID, RunKind.SELECTION):
        return kind
    if run.resource == Resource.CUSTOMER and run.kind != RunKind.DETAILS:
        return kind
    if run.kind == RunKind.SINGLE:
        return f"One {resource_names.noun(run.resource)}"
    return f"{kind} of {resource_names.nouns(run.resource)}"


def stage(run: Run) -> str:
    """What it is doing now, in a sentence; empty when it is over."""
    if run.state == RunState.QUEUED:
        return _queued(run)
    if run.state == RunState.PARKED:
        until = f" until {formats.exact(run.parked_until)}" if run.parked_until else ""
        return f"Parked{until}; it goes on by itself."
    return _running(run) if run.state == RunState.RUNNING else ""


def advice(run: Run) -> str:
    """What a person can do about a run that is not simply done; empty where there is nothing to do."""
    if run.state == RunState.QUEUED and timezone.now() - run.created_at > PATIENCE:
        return NO_WORKER
    if run.state == RunState.NEEDS_APPROVAL:
        return (
            "Nothing of the list below was done. Look at it: if it is right, approve it; each record is read "
            "again before anything happens to it. If it is not, cancel the run and look at the upstream first."
        )
    if run.state == RunState.FAILED:
        return _after_failure(run)
    if run.kind in _AFTERWARDS:
        return _AFTERWARDS[RunKind(run.kind)](run)
    if run.state == RunState.COMPLETED and run.failed and not run.options.get("dry_run"):
        return "Records set aside are kept with their payload, and tried again with the next pass."
    return ""


def _queued(run: Run) -> str:
    others = Run.objects.filter(connection_id=run.connection_id, state=RunState.RUNNING).exclude(pk=run.pk)
    other = others.exclude(kind__in=BESIDE).first()
    if other is None or run.kind in BESIDE:
        return "Waits for a worker to take it up."
    return f"Waits until run {other.pk} of the same connection is over."


_UNDER_WAY = {
    RunKind.REMAP: "Maps every stored record again; no call is made.",
    RunKind.SINGLE: "Reads one record.",
    RunKind.SELECTION: "Reads the selected customers again, one by one.",
    RunKind.IMPORT: "Imports invoices from a file.",
    RunKind.PUSH: "Sends edits upstream, customer by customer: read again, merged, sent, read back.",
    RunKind.DETAILS: "Reads what lists do not say, record by record, when nobody else needs the calls.",
}


def _running(run: Run) -> str:
    if run.approved_at is not None:
        return "Carries out what was approved, reading each record again first."
    if run.kind in _UNDER_WAY:
        return _UNDER_WAY[RunKind(run.kind)]
    if run.expected is not None and run.fetched >= run.expected:
        return "Everything is listed; now missing records are confirmed one by one."
    return f"Lists the {'unpaid ' if run.kind == RunKind.UNPAID else ''}{resource_names.nouns(run.resource)}."


_KEPT = {
    RunKind.DETAILS: "What was read is kept. The rest is asked for again after the next sync.",
    RunKind.SELECTION: "What was read is kept. Mend the cause, then select the customers again.",
    RunKind.IMPORT: "What was imported is kept. Mend the cause, then import the file again: it goes on where it "
    "was.",
    RunKind.PUSH: "What was pushed is confirmed, everything else still waits. Mend the cause, then push again: "
    "what was sent without an answer is looked up first.",
}


def _after_failure(run: Run) -> str:
    if run.options.get("dry_run") or run.kind in (RunKind.SINGLE, RunKind.REMAP):
        return "Nothing half-done was left behind. Mend the cause, then ask for it again."
    if run.kind in _KEPT:
        return _KEPT[RunKind(run.kind)]
    if run.resumable:
        return "What was read is kept: the next sync goes on where it was."
    return "What was written before stays, and nothing was marked as missing. Sync again later."


def _import(run: Run) -> str:
    if run.state == RunState.PARKED:
        return "Import the file again: it goes on where it was."
    return "The rows that could not be read are in the report beside the file." if run.failed else ""


def _push(run: Run) -> str:
    """What is left to be done by somebody."""
    said = []
    if run.conflicts:
        said.append("What both sides have changed waits for somebody to decide.")
    if run.failed:
        said.append("What the upstream refused stands on the customer's fields: correct it, or take it back.")
    return " ".join(said)


_AFTERWARDS: Mapping[RunKind, Callable[[Run], str]] = {RunKind.IMPORT: _import, RunKind.PUSH: _push}
