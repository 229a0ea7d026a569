"""Deletions that a person has confirmed here and the upstream has not carried out yet."""

from django.conf import settings
from django.db import models

from counterfoil.mirror.models.connection import Connection
from counterfoil.mirror.models.message_field import MessageField
from counterfoil.mirror.models.record_queryset import RecordQuerySet


class PendingDeletion(models.Model):
    """The confirmed deletion of one record, sent by the next push and deleted once a read proves it.

    `last_change` and `dependents` are what the person saw: the key of the record's newest change, and how many
    records of each kind depended on it. `held` is the reason why the person has to confirm it again; until then it
    is not sent.
    """

    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="deletions", db_index=False)
    resource = models.CharField(max_length=20, default="customer")
    record_id = models.BigIntegerField()
    last_change = models.BigIntegerField(default=0)
    dependents = models.JSONField(default=dict)
    held = MessageField(default="", blank=True)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    asked_at = models.DateTimeField()

    objects = RecordQuerySet["PendingDeletion"].as_manager()

    class Meta:
        db_table = "counterfoil_pending_deletion"
        ordering = ("id",)
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["resource", "record_id"], name="counterfoil_pending_deletion_of_record"
            )
        ]
        indexes = [models.Index(fields=["connection", "id"], name="counterfoil_deletion_to_push")]

    def __str__(self) -> str:
        return f"deletion of {self.resource} {self.record_id}"
