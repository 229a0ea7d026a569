"""From "sync this connection" to a run that is ready to be carried out."""

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction

from counterfoil.mirror import catalog, lease, runs, watermark
from counterfoil.mirror.models import Connection, Run, RunKind, RunState
from counterfoil.mirror.runs import RunOptions


def kind_for(connection: Connection, *, full: bool, options: RunOptions) -> RunKind:
    """One record, everything, or what changed since the watermark where the upstream can tell."""
    if options.client_id is not None:
        return RunKind.SINGLE
    if full or connection.watermark is None or not catalog.connector_class(connection).capabilities.incremental:
        return RunKind.FULL
    return RunKind.INCREMENTAL


def start(connection: Connection, *, full: bool, options: RunOptions, user: AbstractBaseUser | None = None) -> Run:
    """A run to carry out now in this process, asked for by `user`: an interrupted one that can go on, else a new
    one."""
    kind = kind_for(connection, full=full, options=options)
    with transaction.atomic():
        lease.release_dead(connection.pk)
        found = runs.resumable(connection, kind, options)
        if found is not None:
            found.requested_by_id = user.pk if user else None
            found.save(update_fields=["requested_by"])
            return found
        return Run.objects.create(
            connection=connection,
            kind=kind,
            options=options.stored(),
            requested_by_id=user.pk if user else None,
        )


def take_back(run: Run) -> None:
    """Forget a run that was made for this process and could not begin; nobody has asked for it to wait."""
    Run.objects.filter(pk=run.pk, state=RunState.QUEUED, started_at=None).delete()


def settle_kind(run: Run) -> None:
    """When a pass begins: an incremental one needs a watermark, and replaces nothing; a full one replaces all
    older passes that wait. Called once, under the run's lease."""
    if run.kind == RunKind.INCREMENTAL:
        mark = run.connection.watermark
        if mark is None:
            run.kind = RunKind.FULL
        else:
            run.since = watermark.ask_from(mark)
    run.save(update_fields=["kind", "since"])
    if run.kind == RunKind.FULL and not RunOptions.of(run).partial:
        runs.supersede_older(run)
