"""Runs, with their checkpoint, counts and lease, and the schedules that request them."""

from datetime import datetime
from enum import nonmember

from django.conf import settings
from django.db import models
from django.db.models import Q

from counterfoil.mirror.models.connection import Connection
from counterfoil.mirror.models.message_field import MessageField
from counterfoil.mirror.models.mirrored import PayloadField


class RunKind(models.TextChoices):
    """What a run does."""

    FULL = "full", "Full sync"
    INCREMENTAL = "incremental", "Incremental sync"
    SINGLE = "single", "One record"
    REMAP = "remap", "Mapping change"
    SELECTION = "selection", "Selected customers"
    UNPAID = "unpaid", "Unpaid invoices"
    IMPORT = "import", "Imported invoices"
    DETAILS = "details", "Details"
    PUSH = "push", "Push"
    DELETIONS = "deletions", "Deletions"
    """Deletions that exceed the guard and wait for approval, found by whatever way."""


BESIDE = (RunKind.SINGLE, RunKind.DETAILS, RunKind.PUSH)
"""Kinds that can run beside others of the same connection."""


class RunState(models.TextChoices):
    """The state of a run."""

    QUEUED = "queued", "Queued"
    RUNNING = "running", "Running"
    PARKED = "parked", "Parked"
    NEEDS_APPROVAL = "needs_approval", "Needs approval"
    COMPLETED = "completed", "Completed"
    FAILED = "failed", "Failed"
    CANCELLED = "cancelled", "Cancelled"
    SUPERSEDED = "superseded", "Superseded"

    UNDERWAY = nonmember(("queued", "running", "parked"))
    """States that continue without anybody."""


class Run(models.Model):
    """One job of a connection. Counts are added in the transaction that writes the rows they count."""

    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="runs", db_index=False)
    resource = models.CharField(max_length=20, default="customer")
    kind = models.CharField(max_length=20, choices=RunKind)
    state = models.CharField(max_length=20, choices=RunState, default=RunState.QUEUED)
    options = models.JSONField(default=dict, blank=True)
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    resumed_at = models.DateTimeField(null=True, blank=True)
    """When it last went on after an interruption, with what it had read before."""

    fetched = models.BigIntegerField(default=0)
    created = models.BigIntegerField(default=0)
    updated = models.BigIntegerField(default=0)
    unchanged = models.BigIntegerField(default=0)
    stale = models.BigIntegerField(default=0)
    missing = models.BigIntegerField(default=0)
    tombstoned = models.BigIntegerField(default=0)
    unlisted = models.BigIntegerField(default=0)
    failed = models.BigIntegerField(default=0)
    settled = models.BigIntegerField(default=0)
    pushed = models.BigIntegerField(default=0)
    conflicts = models.BigIntegerField(default=0)
    api_calls = models.BigIntegerField(default=0)
    seconds = models.FloatField(default=0.0)

    attempt = models.PositiveSmallIntegerField(default=1)
    since = models.DateTimeField(null=True, blank=True)
    upstream_date = models.DateTimeField(null=True, blank=True)
    newest_modified = models.DateTimeField(null=True, blank=True)
    expected = models.BigIntegerField(null=True, blank=True)
    names_known = models.BigIntegerField(default=0)
    resumable = models.BooleanField(default=False)

    error = MessageField(default="", blank=True)
    note = MessageField(default="", blank=True)
    parked_until = models.DateTimeField(null=True, blank=True)
    approved_at = models.DateTimeField(null=True, blank=True)
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )

    fence = models.BigIntegerField(default=0)
    lease_holder = models.TextField(default="", blank=True)
    lease_expires_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "counterfoil_run"
        ordering = ("-id",)
        indexes = [
            models.Index(fields=["connection", "-id"], name="counterfoil_run_newest"),
            models.Index(fields=["state"], name="counterfoil_run_state"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["connection"],
                condition=Q(state="running") & ~Q(kind__in=("single", "details", "push")),
                name="counterfoil_run_one_at_a_time",
            ),
            models.UniqueConstraint(
                fields=["connection"],
                condition=Q(state="running", kind="details"),
                name="counterfoil_run_details_one_at_a_time",
            ),
        ]

    def __str__(self) -> str:
        return f"Run {self.pk}"

    @property
    def as_of(self) -> datetime | None:
        """From when on what a resumed run holds may date; None where it listed everything in one go."""
        return self.started_at if self.resumed_at else None

    @property
    def changed(self) -> int:
        """How many records it has changed, here or, as a push, upstream."""
        return self.updated + self.pushed


class RunPage(models.Model):
    """A page of a run, written in the transaction that writes its rows. `ids` is a JSON list of external ids.

    `ticket` was drawn before the page was requested; `ended` is the highest ticket when it had arrived. The page
    confirms every row it listed as of these tickets, also unchanged ones.
    """

    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="+", db_index=False)
    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="pages", db_index=False)
    attempt = models.PositiveSmallIntegerField()
    number = models.IntegerField()
    ticket = models.BigIntegerField()
    ended = models.BigIntegerField()
    total = models.BigIntegerField(null=True)
    last = models.BooleanField(null=True)
    fingerprint = models.TextField(default="")
    unidentified = models.IntegerField(default=0)
    ids = models.JSONField(default=list)
    at = models.DateTimeField()

    class Meta:
        db_table = "counterfoil_run_page"
        indexes = [models.Index(fields=["connection", "ended"], name="counterfoil_run_page_ended")]
        constraints = [
            models.UniqueConstraint(fields=["run", "attempt", "number"], name="counterfoil_run_page_unique")
        ]

    def __str__(self) -> str:
        return f"page {self.number} of run {self.run_id}"


class Action(models.TextChoices):
    """What a run would do to a row."""

    VANISH = "vanish", "would be marked as missing"
    RENAME = "rename", "would get another name"
    CREATE = "create", "would be added"
    CHANGE = "change", "would be changed"
    SETTLED = "settled", "would be read again: no longer listed as unpaid"
    DELETE = "delete", "would be marked as deleted"


class Proposal(models.Model):
    """A change that waits for approval, or a dry run's.

    Held ones have their payload and their page's ticket; deletions have the ticket of the read that shows them,
    where that is their only sign.
    """

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="proposals", db_index=False)
    external_id = models.TextField()
    action = models.CharField(max_length=10, choices=Action)
    before = models.TextField(default="")
    after = models.TextField(default="")
    payload = PayloadField(null=True)
    ticket = models.BigIntegerField(default=0)
    ended = models.BigIntegerField(default=0)
    outcome = models.CharField(max_length=20, default="")

    class Meta:
        db_table = "counterfoil_proposal"
        constraints = [models.UniqueConstraint(fields=["run", "external_id"], name="counterfoil_proposal_unique")]

    def __str__(self) -> str:
        return f"{self.external_id} {self.get_action_display()}"


class Coverage(models.Model):
    """How far the mirror of a resource reaches.

    `watermark`: changes up to here are mirrored, by the upstream's clock. `complete_pass_at`: when the newest
    complete pass started, by our clock. `dated_from`: that pass listed only records of this date or later; null
    where it listed all. `warning`: why the resource was left out of the newest sync; empty where it was not.
    `seen_at`: when the newest pass started, by our clock, that saw all changes. `clock_warning`: that their clock
    went back since the last full pass. `unannounced`: how many passes saw a field change although the modified
    time of its records stood still, by field.
    """

    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="coverages", db_index=False)
    resource = models.CharField(max_length=20)
    watermark = models.DateTimeField(null=True, blank=True)
    complete_pass_at = models.DateTimeField(null=True, blank=True)
    dated_from = models.DateField(null=True, blank=True)
    warning = MessageField(default="", blank=True)
    seen_at = models.DateTimeField(null=True, blank=True)
    clock_warning = MessageField(default="", blank=True)
    unannounced = models.JSONField(default=dict, blank=True)

    class Meta:
        db_table = "counterfoil_coverage"
        constraints = [
            models.UniqueConstraint(fields=["connection", "resource"], name="counterfoil_coverage_unique")
        ]

    def __str__(self) -> str:
        return f"{self.resource} of connection {self.connection_id}"


class ScheduleKind(models.TextChoices):
    """What a schedule requests."""

    INCREMENTAL = "incremental", "What changed"
    FULL = "full", "Everything"
    PUSH = "push", "Push edits"


class Missed(models.TextChoices):
    """What to do when no worker ran at the scheduled time."""

    CATCH_UP = "catch-up", "Catch up once"
    SKIP = "skip", "Skip"


class Schedule(models.Model):
    """When a connection is synced or pushed. `cron` is in the connection's time zone.

    `next_at` is the first time at which it has not fired yet, None while it is off. The process that advances
    `next_at` fires: see `worker/scheduler.py`. `run` is the first of the runs that the last firing requested.
    """

    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="schedules", db_index=False)
    kind = models.CharField(max_length=20, choices=ScheduleKind)
    cron = models.CharField("when", max_length=100)
    is_on = models.BooleanField("on", default=True)
    missed = models.CharField("if missed", max_length=20, choices=Missed, default=Missed.CATCH_UP)
    fired_at = models.DateTimeField(null=True, blank=True, editable=False)
    next_at = models.DateTimeField(null=True, blank=True, editable=False)
    run = models.ForeignKey(
        Run, null=True, blank=True, editable=False, on_delete=models.SET_NULL, related_name="+"
    )

    class Meta:
        db_table = "counterfoil_schedule"
        ordering = ("id",)
        constraints = [models.UniqueConstraint(fields=["connection", "kind"], name="counterfoil_schedule_of_kind")]

    def __str__(self) -> str:
        return str(ScheduleKind(self.kind).label)
