"""Plan a sync: from "sync this connection" to runs that are ready to be executed, one per resource and kind."""

from collections.abc import Iterator
from typing import NamedTuple

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction

from counterfoil.connections import factory, standing
from counterfoil.connectors.page import Resource, Subset
from counterfoil.mirror import coverage, hold
from counterfoil.mirror.models import Connection, Run, RunKind, RunState
from counterfoil.mirror.resources import table
from counterfoil.runs import lease, lifecycle
from counterfoil.runs.lifecycle import RunOptions
from counterfoil.sync import children


class PlannedRun(NamedTuple):
    """One run of a sync, before it is created."""

    resource: Resource
    kind: RunKind


def plan_runs(connection: Connection, *, full: bool, options: RunOptions) -> Iterator[PlannedRun]:
    """Yield the runs of a sync in order of execution: customers before the records that name them.

    A sync reads one record, everything, or what changed since the watermark where the upstream can filter by that.
    Where balances change without a new modified time, unpaid invoices are listed with every incremental pass.
    """
    collections = factory.collections_of(connection)
    if options.client_id is not None:
        yield PlannedRun(Resource.CUSTOMER, RunKind.SINGLE)
        return
    for resource, collection in collections.items():
        covered = coverage.load(connection.pk, resource)
        capabilities = collection.capabilities
        by_parent = children.lists_by_parent(collection)
        starts_from = covered.complete_pass_at if by_parent else covered.watermark
        if full or covered.warning or starts_from is None or not (capabilities.incremental or by_parent):
            yield PlannedRun(resource, RunKind.FULL)
            continue
        yield PlannedRun(resource, RunKind.INCREMENTAL)
        if Subset.UNPAID in capabilities.subsets and options.limit is None:
            yield PlannedRun(resource, RunKind.UNPAID)


def start_run(
    connection: Connection, part: PlannedRun, options: RunOptions, user: AbstractBaseUser | None = None
) -> Run:
    """Return a run of `user` to execute now in this process: an interrupted one to resume, or a new one.

    Raises NotPossibleNow for a paused or removed connection, and while the install is held.
    """
    standing.require_active(connection)
    hold.require_live()
    with transaction.atomic():
        lease.release_dead(connection.pk)
        run = lifecycle.find_resumable(connection, part.kind, options, resource=part.resource)
        if run is not None:
            run.requested_by_id = user.pk if user else None
            run.save(update_fields=["requested_by"])
        else:
            run = Run.objects.create(
                connection=connection,
                resource=part.resource,
                kind=part.kind,
                options=options.to_json(),
                requested_by_id=user.pk if user else None,
            )
        lease.reserve(run)
        return run


def request_sync(
    connection: Connection, *, full: bool, options: RunOptions, user: AbstractBaseUser | None = None
) -> list[Run]:
    """Queue the runs of a sync for a worker; equal runs that are queued already are returned instead.

    Raises NotPossibleNow for a paused or removed connection.
    """
    standing.require_active(connection)
    return [
        lifecycle.request_run(connection, part.kind, options, user, resource=part.resource)
        for part in list(plan_runs(connection, full=full, options=options))
    ]


def request_scheduled_sync(connection: Connection, *, full: bool) -> list[Run]:
    """Queue the runs of a sync without a user; those already queued or running are returned instead."""
    return [
        lifecycle.find_active(connection, part.kind, part.resource)
        or lifecycle.request_run(connection, part.kind, RunOptions(), resource=part.resource)
        for part in list(plan_runs(connection, full=full, options=RunOptions()))
    ]


def discard_run(run: Run) -> None:
    """Delete a run that was created for this process and could not start, so that no worker picks it up."""
    Run.objects.filter(pk=run.pk, state=RunState.QUEUED, started_at=None).delete()


def choose_kind(run: Run) -> None:
    """Decide at its first start whether a pass is incremental or full, and from when on changes are listed.

    An incremental pass needs a watermark, and replaces nothing; a full one replaces all older waiting passes.
    Called once, under the run's lease.
    """
    if children.reads_changed_parents(run):
        page_size = factory.capabilities_of(run.connection, Resource(run.resource)).page_size
        rows = table(run.resource).rows(run.connection_id).count()
        partial = RunOptions.from_run(run).partial  # a dry or limited run only works on pages
        if partial or children.listing_is_cheaper(children.count_changed(run), rows, page_size):
            run.kind = RunKind.FULL
    elif run.kind == RunKind.INCREMENTAL:
        mark = coverage.load(run.connection_id, run.resource).watermark
        run.since = None if mark is None else coverage.incremental_start(mark)
        if run.since is None or children.listing_with_parents_is_cheaper(run, run.since):
            run.kind, run.since = RunKind.FULL, None
    run.save(update_fields=["kind", "since"])
    if run.kind == RunKind.FULL and not RunOptions.from_run(run).partial:
        lifecycle.supersede_older(run)
