"""Pending edits, local changes that the upstream has not confirmed; and the outbox of writes."""

from enum import nonmember
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q

from counterfoil.mirror.models.conflict import Conflict
from counterfoil.mirror.models.connection import Connection
from counterfoil.mirror.models.message_field import MessageField
from counterfoil.mirror.models.record_queryset import RecordQuerySet


class PendingEdit(models.Model):
    """A local change of one field of a record, deleted once both sides agree. None is an empty field.

    `base` is the upstream's value when the edit was made or last merged, `value` ours. `sent` are the values sent
    since the base: one that comes back equal is the echo of our own write. `here_only`: the upstream does not keep
    the field or the connection is read-only, so the edit is an override that outlives every sync. `refused` is the
    reason why the upstream rejected the value; it is not sent again before somebody changes it. `conflict` is the
    open conflict of the field.
    """

    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="edits", db_index=False)
    resource = models.CharField(max_length=20, default="customer")
    record_id = models.BigIntegerField()
    field = models.TextField()
    base = models.JSONField(null=True)
    value = models.JSONField(null=True)
    sent = models.JSONField(default=list)
    here_only = models.BooleanField(default=False)
    refused = MessageField(default="", blank=True)
    conflict = models.ForeignKey(Conflict, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    made_at = models.DateTimeField()

    objects = RecordQuerySet["PendingEdit"].as_manager()

    class Meta:
        db_table = "counterfoil_pending_edit"
        ordering = ("record_id", "id")
        permissions = [("push_customer", "Can send edits and new customers")]
        constraints = [
            models.UniqueConstraint(
                fields=["resource", "record_id", "field"], name="counterfoil_pending_edit_of_field"
            )
        ]
        indexes = [
            models.Index(
                fields=["connection", "record_id"],
                name="counterfoil_edit_to_push",
                condition=Q(here_only=False),
            )
        ]

    def __str__(self) -> str:
        return f"{self.field} of {self.resource} {self.record_id}"


class WriteKind(models.TextChoices):
    """What a write does."""

    UPDATE = "update", "Changed"
    CREATE = "create", "Created"
    DELETE = "delete", "Deleted"


class WriteState(models.TextChoices):
    """The outcome of a write."""

    OPEN = "open", "On its way"
    UNKNOWN = "unknown", "Outcome unknown"
    DONE = "done", "Done"
    REFUSED = "refused", "Refused"
    FAILED = "failed", "Not carried out"

    UNFINISHED = nonmember(("open", "unknown"))


class WriteQuerySet(RecordQuerySet["Write"]):
    def unfinished(self) -> Self:
        """Filter writes whose outcome is not known yet."""
        return self.filter(state__in=WriteState.UNFINISHED)


class Write(models.Model):
    """A write of one record.

    `fields` has base and value of each field, why a value is `invalid` that was sent all the same, and what the
    upstream has `kept` instead of it; `carried` has the values of other fields that the requests name too, where
    an upstream takes only whole addresses. `requests` are sent byte for byte, with `key` where the upstream honors
    idempotency keys; `step` is the number of those that were answered.

    `ticket` was drawn before the last read that preceded the write; `modified` is the upstream's modified time
    then, `modified_after` its clock at the answer, and once the write is done, the modified time it has caused.
    A write that got no answer has a `look_up_at`, before which a look proves nothing. `since` is where the search
    starts for a record whose creation has no known outcome. `claim` names the process that works on the write.
    """

    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="writes", db_index=False)
    resource = models.CharField(max_length=20, default="customer")
    record_id = models.BigIntegerField()
    external_id = models.TextField(null=True, blank=True)
    kind = models.CharField(max_length=20, choices=WriteKind)
    state = models.CharField(max_length=20, choices=WriteState, default=WriteState.OPEN)
    fields = models.JSONField(default=dict)
    carried = models.JSONField(default=dict)
    requests = models.JSONField(default=list)
    key = models.TextField(default="", blank=True)
    step = models.PositiveSmallIntegerField(default=0)
    ticket = models.BigIntegerField(default=0)
    modified = models.DateTimeField(null=True, blank=True)
    modified_after = models.DateTimeField(null=True, blank=True)
    look_up_at = models.DateTimeField(null=True, blank=True)
    since = models.DateTimeField(null=True, blank=True)
    run_id = models.BigIntegerField(null=True)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    created_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    error = MessageField(default="", blank=True)
    claim = models.TextField(default="", blank=True)
    claimed_until = models.DateTimeField(null=True, blank=True)

    objects = WriteQuerySet.as_manager()

    class Meta:
        db_table = "counterfoil_outbox"
        ordering = ("-id",)
        constraints = [
            models.UniqueConstraint(
                fields=["resource", "record_id"],
                condition=Q(state__in=["open", "unknown"]),
                name="counterfoil_outbox_unfinished_once",
            )
        ]
        indexes = [
            models.Index(fields=["resource", "record_id", "-id"], name="counterfoil_outbox_record"),
            models.Index(fields=["run_id"], name="counterfoil_outbox_of_run"),
            models.Index(
                fields=["connection", "ended_at"], name="counterfoil_outbox_ended", condition=Q(state="done")
            ),
            models.Index(
                fields=["connection"],
                name="counterfoil_outbox_unfinished",
                condition=Q(state__in=["open", "unknown"]),
            ),
        ]

    def __str__(self) -> str:
        return f"write {self.pk} ({self.kind})"
