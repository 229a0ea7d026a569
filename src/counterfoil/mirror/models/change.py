"""History: every changed field with its source and former value."""

from django.conf import settings
from django.db import models

from counterfoil.mirror.models.connection import Connection


class Source(models.TextChoices):
    """What set a value. `reference` is the id of the run, delivery or edit.

    DELETION: a person deleted the record from here; the reference is the run that sent it.
    """

    RUN = "run", "Sync run"
    MAPPING = "mapping", "Mapping change"
    APPROVAL = "approval", "Approved run"
    IMPORT = "import", "Imported"
    DELIVERY = "delivery", "Webhook"
    EDIT = "edit", "Edit"
    PUSH = "push", "Push"
    DELETION = "deletion", "Deletion"


class Change(models.Model):
    """A change of one field. A new record has none: its source stands in its own row."""

    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="changes", db_index=False)
    resource = models.CharField(max_length=20, default="customer")
    record_id = models.BigIntegerField()
    field = models.TextField()
    before = models.JSONField(null=True)
    after = models.JSONField(null=True)
    at = models.DateTimeField()
    source = models.CharField(max_length=20, choices=Source)
    reference = models.BigIntegerField(null=True)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )

    class Meta:
        db_table = "counterfoil_change"
        ordering = ("-id",)
        indexes = [
            models.Index(fields=["resource", "record_id", "-id"], name="counterfoil_change_record"),
            models.Index(fields=["connection", "at"], name="counterfoil_change_at"),
        ]

    def __str__(self) -> str:
        return f"{self.field} of {self.resource} {self.record_id}"
