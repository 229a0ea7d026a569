"""A pending edit: a local change of one field that the upstream has not confirmed."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from counterfoil.mirror.models.conflict import Conflict
from counterfoil.mirror.models.connection import Connection


class PendingEdit(models.Model):
    """One per field of a record, gone once both sides agree. Values are JSON's own; None is an empty field.

    `base` is what the upstream said when the edit was made or last merged, `value` what is wanted, `sent` the
    values that were sent since the base: what comes back equal to one of them is our own echo. `here_only`: the
    upstream has no place for it or is not written to, so it is an override that outlives every pass. `refused` are
    the upstream's words where it did not take the value: it is not sent again before somebody changes or retries
    it. `conflict` is the one that is open about it.
    """

    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="edits", db_index=False)
    resource = models.CharField(max_length=20, default="customer")
    record_id = models.BigIntegerField()
    field = models.TextField()
    base = models.JSONField(null=True)
    value = models.JSONField(null=True)
    sent = models.JSONField(default=list)
    here_only = models.BooleanField(default=False)
    refused = models.TextField(default="", blank=True)
    conflict = models.ForeignKey(Conflict, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    made_at = models.DateTimeField()

    class Meta:
        db_table = "pending_edit"
        ordering = ("record_id", "id")
        permissions = [("push_customer", "Can push edits to the upstream")]
        constraints = [
            models.UniqueConstraint(fields=["resource", "record_id", "field"], name="pending_edit_of_field")
        ]
        indexes = [
            models.Index(
                fields=["connection", "record_id"],
                name="pending_edit_to_push",
                condition=Q(here_only=False),
            )
        ]

    def __str__(self) -> str:
        return f"{self.field} of {self.resource} {self.record_id}"
