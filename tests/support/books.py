"""A connection to a simulated Zoho Books in the test's process: syncs with all their runs."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Self

from django.db.models import F

from counterfoil.connections import connect
from counterfoil.mirror.models import Connection, ContactPerson, Coverage, Customer, Invoice, Run, RunKind
from counterfoil.runs.lifecycle import RunOptions
from counterfoil.sync import plan
from counterfoil.worker.handlers import execute_run
from counterfoil_simulators.zoho_books import ZohoBooksSimulator

DAY = timedelta(days=1)


@dataclass
class Books:
    """`sim` is the upstream, `connection` our side of one of its organisations."""

    sim: ZohoBooksSimulator
    connection: Connection

    @classmethod
    def connect(
        cls, sim: ZohoBooksSimulator, name: str = "books", organization: str = "", **settings: Any
    ) -> Self:
        """Connect without a rate limit of ours, so that tests are fast."""
        said = {
            "dc": "eu",
            "accounts_url": sim.accounts_url,
            "api_url": sim.api_url,
            "client_id": sim.client_id,
            "organization": organization or sim.organization_ids[0],
            "rate": 0,
            "daily_reserve": 0,
            "detail_calls": 0,
        }
        secrets = {"client_secret": sim.client_secret, "refresh_token": sim.refresh_token}
        draft = connect.Draft(name, "zoho_books", {**said, **settings}, secrets)
        return cls(sim, connect.connect(draft)[0])

    def sync(self, *, full: bool = False, **options: Any) -> dict[str, Run]:
        """Execute all runs of a sync; returns them by resource, the listing of unpaid invoices as "unpaid"."""
        said = RunOptions(**options)
        done: dict[str, Run] = {}
        for part in plan.plan_runs(self.connection, full=full, options=said):
            run = execute_run(plan.start_run(self.connection, part, said), person=part.kind == RunKind.SINGLE).run
            run.refresh_from_db()
            done["unpaid" if part.kind == RunKind.UNPAID else part.resource.value] = run
        return done

    def a_day_goes_by(self) -> None:
        """Move all our stored times a day back."""
        for model in (Customer, ContactPerson, Invoice):
            rows = model._default_manager.filter(connection=self.connection)
            rows.update(updated_at=F("updated_at") - DAY, observed_at=F("observed_at") - DAY)
        Run.objects.filter(connection=self.connection).update(
            started_at=F("started_at") - DAY, finished_at=F("finished_at") - DAY
        )
        Coverage.objects.filter(connection=self.connection).update(complete_pass_at=F("complete_pass_at") - DAY)

    def invoice(self, external_id: str) -> Invoice:
        return Invoice.objects.get(connection=self.connection, external_id=external_id)

    def customer(self, external_id: str) -> Customer:
        return Customer.objects.get(connection=self.connection, external_id=external_id)
