"""Pushes that are killed after each durable step, one step after the other.

python -m tests.support.killed_push BASE_URL KEY SECRET update|create|delete

A durable step is every COMMIT, every writing statement outside a transaction, and every answer of the upstream.
For each of them a separate process pushes one record and is killed there (SIGKILL); then another one pushes the
rest. The state after both is printed as JSON, one line per step; the last push ends without a kill.
"""

import json
import os
import signal
import sys
from collections.abc import Callable
from functools import partial
from itertools import count
from typing import Any

from counterfoil.cli.ready import ready

MOST_POINTS = 200


def main(base_url: str, key: str, secret: str, what: str) -> None:
    """Kill a push after each durable step, until a push ends before it is killed."""
    ready()
    from django.db import connections

    from counterfoil.connections import connect as ours
    from counterfoil.runs.lifecycle import RunOptions
    from counterfoil.sync import plan
    from counterfoil.worker.handlers import execute_run

    settings = {"base_url": base_url, "rate": 0, "daily_reserve": 0}
    draft = ours.Draft("acme", "robaws", settings, {"api_key": key, "api_secret": secret})
    acme, *_ = ours.connect(draft)
    first, *_ = plan.plan_runs(acme, full=True, options=RunOptions())
    execute_run(plan.start_run(acme, first, RunOptions()))
    for point in range(1, MOST_POINTS):
        record = _prepare(acme.pk, what, point)
        connections.close_all()
        killed = _in_a_process(partial(_push, acme.pk, record, point))
        after = _in_a_process(partial(_push, acme.pk, record, None))
        found = {"point": point, "killed": killed == -signal.SIGKILL, "after": after}
        sys.stdout.write(json.dumps({**found, **_found(record)}) + "\n")
        sys.stdout.flush()
        if not found["killed"]:
            return


def _prepare(connection: int, what: str, point: int) -> int:
    from counterfoil.edits import create, delete, edit
    from counterfoil.mirror.models import Connection, Customer

    if what == "create":
        return create.create_customer(
            Connection.objects.get(pk=connection), {"name": f"Made {point}", "city": "Gent"}
        ).pk
    row = Customer.objects.order_by("pk")[point]
    if what == "delete":
        delete.confirm_deletion(row, delete.DeletionQuestion.about(row).mark)
        return row.pk
    edit.edit_customer(row, {"city": f"Gent {point}", "email": f"made{point}@example.com"})
    return row.pk


def _in_a_process(work: Callable[[], None]) -> int:
    child = os.fork()
    if child:
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    try:
        work()
    except BaseException:
        os._exit(1)
    os._exit(0)


def _push(connection: int, record: int, point: int | None) -> None:
    from counterfoil.edits import request_push
    from counterfoil.mirror.models import Connection
    from counterfoil.worker.handlers import execute_run

    if point is not None:
        _kill_at(point)
    for _ in range(2):
        execute_run(request_push.request_push(Connection.objects.get(pk=connection), records=[record]))
        if point is not None:
            return


def _kill_at(point: int) -> None:
    """End this process, as `kill -9` does, after `point` durable steps."""
    from django.db.backends.base.base import BaseDatabaseWrapper
    from django.db.backends.utils import CursorWrapper

    from counterfoil.connectors.http.client import HttpClient

    passed = count(1)

    def passing() -> None:
        if next(passed) >= point:
            os.kill(os.getpid(), signal.SIGKILL)

    def after(kind: Any, name: str, counts: Callable[..., bool]) -> None:
        real = getattr(kind, name)

        def wrapped(self: Any, *args: Any, **kwargs: Any) -> Any:
            result = real(self, *args, **kwargs)
            if counts(self, *args):
                passing()
            return result

        setattr(kind, name, wrapped)

    after(BaseDatabaseWrapper, "_commit", lambda _: True)
    after(CursorWrapper, "execute", lambda cursor, sql, *_: not cursor.db.in_atomic_block and _writes(sql))
    after(HttpClient, "_attempt", lambda *_: True)


def _writes(sql: str) -> bool:
    return sql.lstrip().split(" ", 1)[0].upper() in {"INSERT", "UPDATE", "DELETE"}


def _found(record: int) -> dict[str, Any]:
    from counterfoil.mirror.models import Conflict, Customer, PendingDeletion, PendingEdit, Write

    row = Customer.objects.get(pk=record)
    return {
        "external_id": row.external_id,
        "state": row.state,
        "city": row.city,
        "deletions": PendingDeletion.objects.filter(record_id=record).count(),
        "edits": PendingEdit.objects.filter(record_id=record).count(),
        "conflicts": Conflict.objects.filter(record_id=record).count(),
        "unfinished": Write.objects.unfinished().filter(record_id=record).count(),
        "rows": Customer.objects.filter(name=row.name, city=row.city).exclude(state="merged").count(),
    }


if __name__ == "__main__":
    main(*sys.argv[1:])
