"""A connection in the test's process: runs, rows, and the comparison with the upstream."""

from dataclasses import dataclass
from typing import Any, Self

from django.db import connection as database

from counterfoil.connections import connect
from counterfoil.mirror.models import Change, Connection, Customer, Run, RunKind
from counterfoil.runs.execute import Execution
from counterfoil.runs.lifecycle import RunOptions
from counterfoil.sync import plan
from counterfoil.worker.handlers import execute_run
from counterfoil_simulators.robaws import RobawsSimulator


@dataclass
class Mirrored:
    """`sim` is the upstream, `connection` our side of it."""

    sim: RobawsSimulator
    connection: Connection

    @classmethod
    def connect(cls, sim: RobawsSimulator, name: str = "acme", **settings: object) -> Self:
        """Connect without a rate limit of ours, so that tests are fast."""
        draft = connect.Draft(
            name,
            "robaws",
            {"base_url": sim.base_url, "rate": 0, "daily_reserve": 0, **settings},
            {"api_key": sim.api_key, "api_secret": sim.api_secret},
        )
        return cls(sim, connect.connect(draft)[0])

    def sync(self, *, full: bool = False, **options: Any) -> Run:
        """Execute the customers' run; its errors are stored on the run."""
        return self.execute(full=full, **options).run

    def sync_all(self, *, full: bool = False, **options: Any) -> dict[str, Run]:
        """Execute all runs of a sync, by resource."""
        self.connection.refresh_from_db()
        said = RunOptions(**options)
        done: dict[str, Run] = {}
        for part in plan.plan_runs(self.connection, full=full, options=said):
            run = execute_run(plan.start_run(self.connection, part, said)).run
            run.refresh_from_db()
            done[part.resource.value] = run
        return done

    def execute(self, *, full: bool = False, **options: Any) -> Execution:
        """Execute the customers' run and return it with its error."""
        self.connection.refresh_from_db()
        said = RunOptions(**options)
        (part, *_) = plan.plan_runs(self.connection, full=full, options=said)
        run = plan.start_run(self.connection, part, said)
        execution = execute_run(run, person=run.kind == RunKind.SINGLE)
        execution.run.refresh_from_db()
        return execution

    def row(self, external_id: str) -> Customer:
        return Customer.objects.get(connection=self.connection, external_id=external_id)

    def history(self, external_id: str) -> list[tuple[str, Any, Any]]:
        """List changes as field, before, after; oldest first."""
        changes = Change.objects.filter(record_id=self.row(external_id).pk).order_by("id")
        return [(change.field, change.before, change.after) for change in changes]

    def states(self) -> dict[str, int]:
        """Count rows by state."""
        found: dict[str, int] = {}
        for state in Customer.objects.filter(connection=self.connection).values_list("state", flat=True):
            found[state] = found.get(state, 0) + 1
        return found

    def is_true(self) -> bool:
        """Return whether the present rows equal the upstream's clients by id, name, e-mail, phone and city."""
        return self.untrue() == []

    def untrue(self) -> list[tuple[str, Any, Any]]:
        """List the differences: id, our values, upstream values."""
        theirs = {
            str(c["id"]): _said(c["name"], c.get("email"), c.get("tel"), (c.get("address") or {}).get("city"))
            for c in self.sim.control.clients()
        }
        rows = Customer.objects.filter(connection=self.connection, state="present")
        ours = {
            row[0]: _said(*row[1:]) for row in rows.values_list("external_id", "name", "email", "phone", "city")
        }
        both = {str(key): (ours.get(key), theirs.get(str(key))) for key in (*ours, *theirs)}
        return [(key, here, there) for key, (here, there) in both.items() if here != there]


def _said(*values: str | None) -> tuple[str, ...]:
    return tuple((value or "").strip() for value in values)


def fingerprints(table: str = "customer") -> dict[int, Any]:
    """Return a value for each row that changes with any rewrite: PostgreSQL's row version, or all columns."""
    with database.cursor() as cursor:
        if database.vendor == "postgresql":
            cursor.execute(f"SELECT id, xmin::text, ctid::text FROM counterfoil_{table}")
        else:
            cursor.execute(f"SELECT * FROM counterfoil_{table}")
        return {row[0]: row for row in cursor.fetchall()}
