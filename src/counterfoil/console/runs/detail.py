"""One run's page: its numbers, what went wrong, and what to do next."""

from typing import Any

from django.db.models import Count
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from counterfoil.connections import wording
from counterfoil.console.lists.pagination import count_capped, page_keys
from counterfoil.console.runs import progress, pushed
from counterfoil.console.runs import text as run_text
from counterfoil.console.site import permissions
from counterfoil.console.widgets import formats, resource_names
from counterfoil.mirror import sharing
from counterfoil.mirror.models import Proposal, QuarantinedRecord, Run, RunKind, RunState
from counterfoil.mirror.selection import Selection
from counterfoil.runs.lifecycle import RunOptions

OPEN = (*RunState.UNDERWAY, RunState.NEEDS_APPROVAL)
PROPOSALS_A_PAGE = 50

_COUNTS = (
    ("fetched", "Read", "Records that were read."),
    ("created", "Created", "{Nouns} that were not here before."),
    ("updated", "Updated", "{Nouns} with a change."),
    ("unchanged", "Unchanged", "{Nouns} without a change."),
    ("stale", "Outdated", "Older than what is already here, so not saved."),
    ("settled", "Read again", "Two versions arrived at the same time, so the record was read again."),
    ("missing", "Not found", "Not in the list, but not confirmed as deleted."),
    ("unlisted", "Archived", "Not in the list, but still in {system}."),
    ("tombstoned", "Deleted", "No longer in {system}."),
    ("failed", "Import problems", "Could not be imported. Every sync tries them again."),
    ("api_calls", "API calls", ""),
)
_ALWAYS_SHOWN = {"fetched", "created", "updated", "unchanged", "missing", "failed", "api_calls"}
_SELECTION_COUNTS = {"fetched", "updated", "unchanged", "tombstoned", "failed", "api_calls"}
_SELECTION_LABELS = {
    "fetched": ("Read", "{Nouns} read one by one."),
    "failed": ("Failed", "No clear answer, or could not be imported. They will be tried again."),
}
_PUSH_COUNTS = (
    ("fetched", "Checked", "Customers read again from {system}."),
    ("pushed", "Sent", "Customers whose edits are now in {system}."),
    ("created", "Created", "New customers that are now in {system}."),
    ("failed", "Rejected", "{system} did not accept what was sent."),
    ("conflicts", "Conflicts", "They need your decision."),
    ("api_calls", "API calls", ""),
)
_NOT_IN_SELECTIONS = {"created", "missing"}
"""Counts that a run over selected records does not have."""


def poll_interval(run: Run) -> int:
    """Return after how many milliseconds to look again; 0 once nothing changes any more without a user."""
    if run.state == RunState.PARKED:
        return 15_000
    return 1_000 if run.state in RunState.UNDERWAY else 0


def context(request: HttpRequest, run: Run) -> dict[str, Any]:
    """Return the context of the run's page."""
    may_decide = request.user.has_perm(permissions.DECIDE)
    return {
        **live_context(run),
        "options": _options(run),
        "subject": _subject_link(run),
        "may_approve": may_decide and run.state == RunState.NEEDS_APPROVAL,
        "may_resume": request.user.has_perm(permissions.SYNC) and _is_resumable(run),
        "may_cancel": may_decide and (run.state in OPEN or _has_failed_resumably(run)),
        "problems": QuarantinedRecord.objects.filter(run_id=run.pk, resolved_at=None).count(),
        **_proposals(request, run),
        **(pushed.context(request, run) if run.kind == RunKind.PUSH else {}),
    }


def live_context(run: Run) -> dict[str, Any]:
    """Return the part of the context that changes while the run is working."""
    return {
        "run": run,
        "again": poll_interval(run),
        "dry": bool(run.options.get("dry_run")),
        "progress": progress.run_progress(run) if run.state in RunState.UNDERWAY else None,
        "counts": _counts(run),
        "stage": run_text.stage(run),
        "advice": run_text.advice(run),
        "nouns": resource_names.nouns(run.resource),
    }


def _counts(run: Run) -> list[tuple[str, int, str]]:
    system = wording.system(run.connection)
    if run.kind == RunKind.PUSH:
        return [
            (label, getattr(run, name), meaning.format(system=system)) for name, label, meaning in _PUSH_COUNTS
        ]
    selected = run.kind in (RunKind.SELECTION, RunKind.DETAILS)
    always, never = (_SELECTION_COUNTS, _NOT_IN_SELECTIONS) if selected else (_ALWAYS_SHOWN, set())
    shown = [
        (name, *(_SELECTION_LABELS.get(name, (label, meaning)) if selected else (label, meaning)))
        for name, label, meaning in _COUNTS
        if name in always or (getattr(run, name) and name not in never)
    ]
    nouns = resource_names.nouns(run.resource).capitalize()
    return [
        (label, getattr(run, name), meaning.format(Nouns=nouns, system=system)) for name, label, meaning in shown
    ]


def approval_context(run: Run) -> dict[str, Any]:
    """Return the context of the question whether to approve the run."""
    return {
        "run": run,
        "noun": resource_names.noun(run.resource),
        "nouns": resource_names.nouns(run.resource),
        "actions": _count_by_action(run),
        "total": Proposal.objects.filter(run=run, outcome="").count(),
        "system": wording.system(run.connection),
        "calls_left": sharing.load_allowance(run.connection_id).daily_remaining,
    }


def _has_failed_resumably(run: Run) -> bool:
    return run.state == RunState.FAILED and run.resumable


def _is_resumable(run: Run) -> bool:
    """Return whether resuming helps: not while the system blocks us, and not for the import of a file."""
    if run.kind == RunKind.IMPORT:
        return False
    if run.state == RunState.FAILED:
        return run.resumable
    if run.state != RunState.PARKED:
        return False
    blocked_until = sharing.load_allowance(run.connection_id).blocked_until
    return blocked_until is None or blocked_until <= timezone.now()


def _options(run: Run) -> list[str]:
    options = RunOptions.from_run(run)
    entries = [
        (options.client_id is not None, f"only record {options.client_id}"),
        (options.limit is not None, f"at most {options.limit:,} records" if options.limit is not None else ""),
        (options.page_size is not None, f"{options.page_size} records per page"),
        (options.delay is not None, f"{options.delay} ms between pages"),
        (run.kind == RunKind.SELECTION, _describe_selection(run)),
        (run.kind == RunKind.PUSH and not _only_row(run), _describe_chosen(run)),
        (run.since is not None, f"changes since {formats.exact(run.since)}"),
    ]
    return [words for is_set, words in entries if is_set]


def _describe_selection(run: Run) -> str:
    """Say which customers were selected, without naming any."""
    selection = Selection.restored(run.options.get("selection", {}))
    if selection.picked:
        return "customers ticked in the list"
    return f"customers by {' and '.join(selection.names)}" if selection.names else "all customers"


def _describe_chosen(run: Run) -> str:
    """Say which edits are sent."""
    records = run.options.get("records")
    return "all waiting edits" if records is None else f"{len(records):,} selected customers"


def _only_row(run: Run) -> int | None:
    """Return the key of the only customer whose edits are sent; None where there are several."""
    records: list[int] = run.options.get("records") or []
    return records[0] if run.kind == RunKind.PUSH and len(records) == 1 else None


def _subject_link(run: Run) -> resource_names.RecordLink | None:
    """Find the page of the only record that the run is about."""
    if (row := _only_row(run)) is not None:
        return resource_names.RecordLink(
            "customer", reverse("admin:counterfoil_mirror_customer_change", args=[row])
        )
    return resource_names.find_link(run.resource, run.connection_id, RunOptions.from_run(run).client_id)


def _count_by_action(run: Run) -> list[tuple[str, int]]:
    grouped = Proposal.objects.filter(run=run, outcome="").order_by().values_list("action").annotate(Count("id"))
    system = wording.system(run.connection)
    return [(wording.proposed_change(action, system), count) for action, count in grouped]


def _proposals(request: HttpRequest, run: Run) -> dict[str, Any]:
    """Return a page of the list that needs approval or was approved."""
    if run.state != RunState.NEEDS_APPROVAL and run.approved_at is None:
        return {"proposals": []}
    text = request.GET.get("page", "")
    number = max(1, int(text)) if text.isdecimal() and len(text) < 7 else 1
    rows = Proposal.objects.filter(run=run).order_by("id").defer("payload")
    found, more = page_keys(rows, number, PROPOSALS_A_PAGE)
    total, capped = count_capped(rows)
    system = wording.system(run.connection)
    return {
        "proposals": [
            (
                proposal,
                wording.sentence(wording.proposed_change(proposal.action, system)),
                wording.sentence(wording.approved_change(proposal.outcome, system)),
            )
            for proposal in rows.filter(pk__in=found)
        ],
        "proposals_total": total,
        "proposals_capped": capped,
        "proposals_first": (number - 1) * PROPOSALS_A_PAGE + 1,
        "proposals_last": (number - 1) * PROPOSALS_A_PAGE + len(found),
        "proposals_before": number - 1 if number > 1 else None,
        "proposals_after": number + 1 if more else None,
        "approving": bool(run.approved_at),
    }
