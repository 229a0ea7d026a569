"""One run's page: what it did in numbers, what went wrong in words, what to do next."""

from typing import Any

from django.db.models import Count
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from counterfoil.connections import factory
from counterfoil.console.lists.pagination import count_capped, page_keys
from counterfoil.console.runs import progress, pushed
from counterfoil.console.runs import text as run_text
from counterfoil.console.site import permissions
from counterfoil.console.widgets import formats, resource_names
from counterfoil.mirror.models import Action, Allowance, Proposal, QuarantinedRecord, Run, RunKind, RunState
from counterfoil.mirror.selection import Selection
from counterfoil.runs.lifecycle import RunOptions

OPEN = (*RunState.UNDERWAY, RunState.NEEDS_APPROVAL)
PROPOSALS_A_PAGE = 50

_COUNTS = (
    ("fetched", "Fetched", "Records looked at."),
    ("created", "Created", "{Nouns} that were not here before."),
    ("updated", "Updated", "{Nouns} in which something changed."),
    ("unchanged", "Unchanged", "Not rewritten."),
    ("stale", "Older", "Observations older than what is here already: not written."),
    ("settled", "Read again", "Two versions came at once; a live read decided."),
    ("missing", "Missing", "Not listed, and not confirmed as gone."),
    ("unlisted", "Unlisted", "Not listed, but a read still answers: archived upstream."),
    ("tombstoned", "Deleted upstream", "A read said that they do not exist any more."),
    ("failed", "Set aside", "Could not be taken in; kept, and tried again."),
    ("api_calls", "API calls", ""),
)
_ALWAYS = {"fetched", "created", "updated", "unchanged", "missing", "failed", "api_calls"}
_OF_A_SELECTION = {"fetched", "updated", "unchanged", "tombstoned", "failed", "api_calls"}
_SELECTION_WORDS = {
    "fetched": ("Read", "{Nouns} read one by one."),
    "failed": ("Failed", "No clear answer, or set aside: kept, and tried again."),
}
_OF_A_PUSH = (
    ("fetched", "Looked at", "Customers read again from the upstream."),
    ("pushed", "Pushed", "Customers whose edits have arrived."),
    ("created", "Created", "Customers that are in the upstream now."),
    ("failed", "Refused", "The upstream did not take what was sent."),
    ("conflicts", "Conflicts", "Somebody has to decide."),
    ("api_calls", "API calls", ""),
)
_ELSEWHERE = {"created", "missing"}
"""What a selection does not count, or does not cause."""


def again(run: Run) -> int:
    """After how many milliseconds it is worth looking again; 0 when nothing changes by itself any more."""
    if run.state == RunState.PARKED:
        return 15_000
    return 1_000 if run.state in RunState.UNDERWAY else 0


def context(request: HttpRequest, run: Run) -> dict[str, Any]:
    """What the template needs."""
    may_decide = request.user.has_perm(permissions.DECIDE)
    return {
        **live(run),
        "options": _options(run),
        "subject": _subject(run),
        "may_approve": may_decide and run.state == RunState.NEEDS_APPROVAL,
        "may_resume": request.user.has_perm(permissions.SYNC) and _may_go_on(run),
        "may_cancel": may_decide and run.state in OPEN,
        "aside": QuarantinedRecord.objects.filter(run_id=run.pk, resolved_at=None).count(),
        **_proposals(request, run),
        **(pushed.context(request, run) if run.kind == RunKind.PUSH else {}),
    }


def live(run: Run) -> dict[str, Any]:
    """What changes while it runs."""
    return {
        "run": run,
        "again": again(run),
        "dry": bool(run.options.get("dry_run")),
        "progress": progress.run_progress(run) if run.state in RunState.UNDERWAY else None,
        "counts": _counts(run),
        "stage": run_text.stage(run),
        "advice": run_text.advice(run),
        "nouns": resource_names.nouns(run.resource),
    }


def _counts(run: Run) -> list[tuple[str, int, str]]:
    if run.kind == RunKind.PUSH:
        return [(label, getattr(run, name), meaning) for name, label, meaning in _OF_A_PUSH]
    selected = run.kind in (RunKind.SELECTION, RunKind.DETAILS)
    always, never = (_OF_A_SELECTION, _ELSEWHERE) if selected else (_ALWAYS, set())
    shown = [
        (name, *(_SELECTION_WORDS.get(name, (label, meaning)) if selected else (label, meaning)))
        for name, label, meaning in _COUNTS
        if name in always or (getattr(run, name) and name not in never)
    ]
    nouns = resource_names.nouns(run.resource).capitalize()
    return [(label, getattr(run, name), meaning.format(Nouns=nouns)) for name, label, meaning in shown]


def question(run: Run) -> dict[str, Any]:
    """What a person is asked before an approved run goes on."""
    allowance = Allowance.objects.filter(connection_id=run.connection_id).first()
    return {
        "run": run,
        "noun": resource_names.noun(run.resource),
        "nouns": resource_names.nouns(run.resource),
        "actions": _by_action(run),
        "total": Proposal.objects.filter(run=run, outcome="").count(),
        "upstream": factory.connector_class(run.connection).title,
        "calls_left": allowance.daily_remaining if allowance else None,
    }


def _may_go_on(run: Run) -> bool:
    """A parked run, unless the upstream has locked us out anyway; a failed one that kept its pages. An import goes
    on where its file is.
    """
    if run.kind == RunKind.IMPORT:
        return False
    if run.state == RunState.FAILED:
        return run.resumable
    if run.state != RunState.PARKED:
        return False
    return not Allowance.objects.filter(connection_id=run.connection_id, blocked_until__gt=timezone.now()).exists()


def _options(run: Run) -> list[str]:
    options = RunOptions.from_run(run)
    said = [
        (options.client_id is not None, f"only record {options.client_id}"),
        (options.limit is not None, f"at most {options.limit:,} records" if options.limit is not None else ""),
        (options.page_size is not None, f"{options.page_size} records per page"),
        (options.delay is not None, f"{options.delay} ms between pages"),
        (run.kind == RunKind.SELECTION, _selected(run)),
        (run.kind == RunKind.PUSH and not _pushed_one(run), _chosen(run)),
        (run.since is not None, f"what changed since {formats.exact(run.since)}"),
    ]
    return [words for is_said, words in said if is_said]


def _selected(run: Run) -> str:
    """Which customers, without naming any."""
    selection = Selection.restored(run.options.get("selection", {}))
    if selection.picked:
        return "customers picked in the list"
    return f"customers by {' and '.join(selection.names)}" if selection.names else "all customers"


def _chosen(run: Run) -> str:
    """How many of the customers with edits."""
    records = run.options.get("records")
    return "all that wait" if records is None else f"{len(records):,} chosen customers"


def _pushed_one(run: Run) -> int | None:
    """The row that a push for one is about."""
    records: list[int] = run.options.get("records") or []
    return records[0] if run.kind == RunKind.PUSH and len(records) == 1 else None


def _subject(run: Run) -> resource_names.RecordLink | None:
    """The record that a run for one is about."""
    if (row := _pushed_one(run)) is not None:
        return resource_names.RecordLink(
            "customer", reverse("admin:counterfoil_mirror_customer_change", args=[row])
        )
    return resource_names.find_link(run.resource, run.connection_id, RunOptions.from_run(run).client_id)


def _by_action(run: Run) -> list[tuple[str, int]]:
    grouped = Proposal.objects.filter(run=run, outcome="").order_by().values_list("action").annotate(Count("id"))
    return [(str(Action(action).label), count) for action, count in grouped]


def _proposals(request: HttpRequest, run: Run) -> dict[str, Any]:
    """The list that was or is to be approved, a page of it."""
    if run.state != RunState.NEEDS_APPROVAL and run.approved_at is None:
        return {"proposals": []}
    text = request.GET.get("page", "")
    number = max(1, int(text)) if text.isdecimal() and len(text) < 7 else 1
    rows = Proposal.objects.filter(run=run).order_by("id").defer("payload")
    found, more = page_keys(rows, number, PROPOSALS_A_PAGE)
    total, capped = count_capped(rows)
    return {
        "proposals": list(rows.filter(pk__in=found)),
        "proposals_total": total,
        "proposals_capped": capped,
        "proposals_first": (number - 1) * PROPOSALS_A_PAGE + 1,
        "proposals_last": (number - 1) * PROPOSALS_A_PAGE + len(found),
        "proposals_before": number - 1 if number > 1 else None,
        "proposals_after": number + 1 if more else None,
        "approving": bool(run.approved_at),
    }
