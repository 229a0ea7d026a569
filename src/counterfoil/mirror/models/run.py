"""A run: one piece of work on a connection, with its checkpoint, counts and lease."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from counterfoil.mirror.models.connection import Connection


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


BESIDE = (RunKind.SINGLE, RunKind.DETAILS, RunKind.PUSH)
"""Kinds that go on beside others of the same connection."""


class RunState(models.TextChoices):
    """Where a run stands."""

    QUEUED = "queued", "Queued"
    RUNNING = "running", "Running"
    PARKED = "parked", "Parked"
    NEEDS_APPROVAL = "needs_approval", "Needs approval"
    COMPLETED = "completed", "Completed"
    FAILED = "failed", "Failed"
    CANCELLED = "cancelled", "Cancelled"
    SUPERSEDED = "superseded", "Superseded"


class Run(models.Model):
    """Counts are added in the transaction that writes the rows they count, so a crash cannot part them."""

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

    error = models.TextField(default="", blank=True)
    note = models.TextField(default="", blank=True)
    parked_until = models.DateTimeField(null=True, blank=True)
    approved_at = models.DateTimeField(null=True, blank=True)
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )

    fence = models.BigIntegerField(default=0)
    lease_holder = models.TextField(default="", blank=True)
    lease_expires_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "run"
        ordering = ("-id",)
        indexes = [
            models.Index(fields=["connection", "-id"], name="run_connection_newest"),
            models.Index(fields=["state"], name="run_state"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["connection"],
                condition=Q(state="running") & ~Q(kind__in=("single", "details", "push")),
                name="run_one_at_a_time",
            ),
            models.UniqueConstraint(
                fields=["connection"],
                condition=Q(state="running", kind="details"),
                name="run_details_one_at_a_time",
            ),
        ]

    def __str__(self) -> str:
        return f"run {self.pk} ({self.kind})"

    @property
    def changed(self) -> int:
        """Records that it has changed, here or, as a push, upstream."""
        return self.updated + self.pushed
