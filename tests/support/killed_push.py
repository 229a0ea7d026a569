"""Pushes that are killed after each durable step, one step after the other.

python -m tests.support.killed_push BASE_URL KEY SECRET update|create|delete|update_person|create_person

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
    for part in plan.plan_runs(acme, full=True, options=RunOptions()):
        execute_run(plan.start_run(acme, part, RunOptions()))
    of_persons = what.endswith("_person")
    for point in range(1, MOST_POINTS):
        record = _prepare(acme.pk, what, point)
        connections.close_all()
        pushed = None if of_persons else [record]
        killed = _in_a_process(partial(_push, acme.pk, pushed, point))
        after = _in_a_process(partial(_push, acme.pk, pushed, None))
        found = {"point": point, "killed": killed == -signal.SIGKILL, "after": after}
        sys.stdout.write(json.dumps({**found, **(_found_person(record) if of_persons else _found(record))}) + "\n")
        sys.stdout.flush()
        if not found["killed"]:
            return


def _prepare(connection: int, what: str, point: int) -> int:
    from counterfoil.edits import create, delete, edit, person
    from counterfoil.mirror.models import Connection, ContactPerson, Customer

    if what == "create_person":
        owner = Customer.objects.order_by("pk")[point]
        return person.create_person(owner, {"last_name": f"Made {point}", "email": f"made{point}@example.com"}).pk
    if what == "update_person":
        edited = ContactPerson.objects.order_by("pk")[point]
        person.edit_person(edited, {"designation": f"Boss {point}", "email": f"made{point}@example.com"})
        return edited.pk
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


def _push(connection: int, records: list[int] | None, point: int | None) -> None:
    from counterfoil.edits import request_push
    from counterfoil.mirror.models import Connection
    from counterfoil.worker.handlers import execute_run

    if point is not None:
        _kill_at(point)
    for _ in range(2):
        execute_run(request_push.request_push(Connection.objects.get(pk=connection), records=records))
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
    from counterfoil.mirror.models import Customer, PendingDeletion

    row = Customer.objects.get(pk=record)
    return {
        **_left(row, "customer"),
        "city": row.city,
        "deletions": PendingDeletion.objects.filter(record_id=record).count(),
        "rows": Customer.objects.filter(name=row.name, city=row.city).exclude(state="merged").count(),
    }


def _found_person(record: int) -> dict[str, Any]:
    from counterfoil.mirror.models import ContactPerson

    row = ContactPerson.objects.get(pk=record)
    rows = ContactPerson.objects.filter(email=row.email).exclude(state="merged").count()
    return {**_left(row, "contact_person"), "owner": row.customer_external_id, "email": row.email, "rows": rows}


def _left(row: Any, resource: str) -> dict[str, Any]:
    from counterfoil.mirror.models import Conflict, PendingEdit, Write

    of_row = {"resource": resource, "record_id": row.pk}
    return {
        "external_id": row.external_id,
        "state": row.state,
        "edits": PendingEdit.objects.filter(**of_row).count(),
        "conflicts": Conflict.objects.filter(**of_row).count(),
        "unfinished": Write.objects.unfinished().filter(**of_row).count(),
    }


if __name__ == "__main__":
    main(*sys.argv[1:])
