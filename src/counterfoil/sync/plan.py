"""From "sync this connection" to runs that are ready to be carried out, one for each resource and scope."""

from collections.abc import Iterator
from typing import NamedTuple

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction

from counterfoil.connections import factory
from counterfoil.connectors.page import Resource, Subset
from counterfoil.mirror import coverage
from counterfoil.mirror.models import Connection, Run, RunKind, RunState
from counterfoil.mirror.resources import table
from counterfoil.runs import lease, lifecycle
from counterfoil.runs.lifecycle import RunOptions
from counterfoil.sync import children


class PlannedRun(NamedTuple):
    """One run of a sync."""

    resource: Resource
    kind: RunKind


def plan_runs(connection: Connection, *, full: bool, options: RunOptions) -> Iterator[PlannedRun]:
    """What a sync is made of, in the order in which it is carried out: customers before what names them.

    One record, everything, or what changed since the watermark where the upstream can tell. Where balances move
    without a trace, what is still to be paid is listed besides every incremental pass.
    """
    collections = factory.connector_class(connection).collections
    if options.client_id is not None:
        yield PlannedRun(Resource.CUSTOMER, RunKind.SINGLE)
        return
    for resource, collection in collections.items():
        known = coverage.load(connection.pk, resource)
        able = collection.capabilities
        by_owner = children.lists_by_parent(collection)
        begun = known.complete_pass_at if by_owner else known.watermark
        if full or begun is None or not (able.incremental or by_owner):
            yield PlannedRun(resource, RunKind.FULL)
            continue
        yield PlannedRun(resource, RunKind.INCREMENTAL)
        if Subset.UNPAID in able.subsets and options.limit is None:
            yield PlannedRun(resource, RunKind.UNPAID)


def start_run(
    connection: Connection, part: PlannedRun, options: RunOptions, user: AbstractBaseUser | None = None
) -> Run:
    """A run to carry out now in this process, asked for by `user`: an interrupted one that can go on, else a new
    one."""
    with transaction.atomic():
        lease.release_dead(connection.pk)
        found = lifecycle.find_resumable(connection, part.kind, options, resource=part.resource)
        if found is not None:
            found.requested_by_id = user.pk if user else None
            found.save(update_fields=["requested_by"])
            return found
        return Run.objects.create(
            connection=connection,
            resource=part.resource,
            kind=part.kind,
            options=options.stored(),
            requested_by_id=user.pk if user else None,
        )


def request_sync(
    connection: Connection, *, full: bool, options: RunOptions, user: AbstractBaseUser | None = None
) -> list[Run]:
    """Queue the runs of a sync, for whoever works in the background."""
    return [
        lifecycle.request_run(connection, part.kind, options, user, resource=part.resource)
        for part in list(plan_runs(connection, full=full, options=options))
    ]


def request_scheduled_sync(connection: Connection, *, full: bool) -> list[Run]:
    """The same for nobody in particular, as on schedule: what waits or is being done already is not doubled."""
    return [
        lifecycle.find_underway(connection, part.kind, part.resource)
        or lifecycle.request_run(connection, part.kind, RunOptions(), resource=part.resource)
        for part in list(plan_runs(connection, full=full, options=RunOptions()))
    ]


def discard_run(run: Run) -> None:
    """Forget a run that was made for this process and could not begin; nobody has asked for it to wait."""
    Run.objects.filter(pk=run.pk, state=RunState.QUEUED, started_at=None).delete()


def choose_kind(run: Run) -> None:
    """When a pass begins: an incremental one needs a watermark, and replaces nothing; a full one replaces all
    older passes that wait. Called once, under the run's lease."""
    if children.reads_changed_parents(run):
        page_size = factory.capabilities_of(run.connection, Resource(run.resource)).page_size
        rows = table(run.resource).rows(run.connection_id).count()
        only_listed = RunOptions.of(run).partial  # a dry or limited run is made of pages
        if only_listed or children.listing_is_cheaper(children.count_changed(run), rows, page_size):
            run.kind = RunKind.FULL
    elif run.kind == RunKind.INCREMENTAL:
        mark = coverage.load(run.connection_id, run.resource).watermark
        run.since = None if mark is None else coverage.incremental_start(mark)
        if run.since is None or children.listing_with_parents_is_cheaper(run, run.since):
            run.kind, run.since = RunKind.FULL, None
    run.save(update_fields=["kind", "since"])
    if run.kind == RunKind.FULL and not RunOptions.of(run).partial:
        lifecycle.supersede_older(run)
