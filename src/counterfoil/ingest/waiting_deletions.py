"""Deletions that wait for approval: one run of a connection and resource proposes them all.

A record that answers again, or is listed again, waits no longer.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db.models import Exists, OuterRef
from django.utils import timezone

from counterfoil import messages
from counterfoil.ingest.observation import Observation
from counterfoil.ingest.order import Origin
from counterfoil.mirror.models import Action, Proposal, Run, RunKind, RunState, State
from counterfoil.mirror.resources import table
from counterfoil.mirror.store.base import ChangeSource

UNCONFIRMED = (State.MISSING, State.UNLISTED)
"""States of rows whose deletion can wait."""


@dataclass(frozen=True, slots=True)
class Deletion:
    """A row whose record does not exist upstream any more, as a read says.

    `ticket` was drawn before that read where it is the only sign of it; else a pass missed the row, and it is 0.
    """

    external_id: str
    title: str
    ticket: int


def propose(deletions: Sequence[Deletion], source: ChangeSource, limit: int) -> None:
    """Add deletions to the run that waits for approval; there is a new one where none waits."""
    run = waiting_run(source.connection_id, source.resource) or Run.objects.create(
        connection_id=source.connection_id,
        resource=source.resource,
        kind=RunKind.DELETIONS,
        state=RunState.NEEDS_APPROVAL,
        options={"allowed": limit},
    )
    Proposal.objects.bulk_create(
        [
            Proposal(
                run=run, external_id=one.external_id, action=Action.DELETE, before=one.title, ticket=one.ticket
            )
            for one in deletions
        ],
        ignore_conflicts=True,
    )
    _describe(run)


def waiting_run(connection_id: int, resource: str) -> Run | None:
    """Return the run whose deletions wait for approval, if there is one."""
    runs = Run.objects.filter(connection_id=connection_id, resource=resource, kind=RunKind.DELETIONS)
    return runs.filter(state=RunState.NEEDS_APPROVAL).order_by("id").first()


def waiting_ids(connection_id: int, resource: str) -> frozenset[str]:
    """Return the ids of the records whose deletion waits for approval."""
    run = waiting_run(connection_id, resource)
    return frozenset() if run is None else frozenset(run.proposals.values_list("external_id", flat=True))


def found_again(observations: Iterable[Observation], source: ChangeSource) -> dict[str, int]:
    """Return the records that only a read has made missing, and that a later read has found.

    Each with the highest ticket when it was found.
    """
    found = {one.item.external_id: one for one in observations if one.origin == Origin.READ}
    missed = missed_by_read(source.connection_id, source.resource) if found else {}
    return {
        external_id: found[external_id].answered
        for external_id, ticket in missed.items()
        if external_id in found and (found[external_id].requested or 0) > ticket
    }


def tidy(connection_id: int, resource: str) -> None:
    """Take back what is proposed of records that are not missing any more; a run without any left is over."""
    run = waiting_run(connection_id, resource)
    if run is None:
        return
    rows = table(resource).rows(connection_id).filter(external_id=OuterRef("external_id"))
    answered = run.proposals.exclude(Exists(rows.filter(state__in=UNCONFIRMED)))
    if not answered.delete()[0]:
        return
    if run.proposals.exists():
        _describe(run)
    else:
        over = messages.ingest.DELETIONS_REFUTED()
        Run.objects.filter(pk=run.pk).update(state=RunState.COMPLETED, finished_at=timezone.now(), note=over)


def missed_by_read(connection_id: int, resource: str) -> dict[str, int]:
    """Return the records that only a read has made missing, each with the ticket of that read."""
    runs = Run.objects.filter(connection_id=connection_id, resource=resource, kind=RunKind.DELETIONS)
    runs = runs.filter(state__in=(RunState.NEEDS_APPROVAL, *RunState.UNDERWAY))
    proposals = Proposal.objects.filter(run__in=runs, outcome="", ticket__gt=0)
    return dict(proposals.order_by("id").values_list("external_id", "ticket"))


def _describe(run: Run) -> None:
    count, allowed = run.proposals.count(), run.options.get("allowed", 0)
    note = messages.ingest.DELETIONS_WAIT(count=count, resource=run.resource, allowed=allowed)
    Run.objects.filter(pk=run.pk).update(note=note)
