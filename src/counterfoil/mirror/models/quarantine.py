"""Records that could not be imported: stored with payload and reason, shown, tried again."""

from django.db import models

from counterfoil.mirror.models.connection import Connection
from counterfoil.mirror.models.message_field import MessageField


class QuarantinedRecord(models.Model):
    """A record that could not be imported. `key` is its external id or, without one, the payload's hash.

    `retry_at` is set where only a read of the record helps: when it is read again at the earliest. A key that
    starts with OWNER_KEY is that of a customer all of whose records have to be read.
    """

    OWNER_KEY = "customer:"

    connection = models.ForeignKey(
        Connection, on_delete=models.CASCADE, related_name="quarantined_records", db_index=False
    )
    resource = models.CharField(max_length=20, default="customer")
    external_id = models.TextField(null=True, blank=True)
    key = models.TextField()
    payload = models.BinaryField()
    reason = MessageField()
    ticket = models.BigIntegerField(default=0)
    tries = models.IntegerField(default=1)
    run_id = models.BigIntegerField(null=True)
    first_at = models.DateTimeField()
    last_at = models.DateTimeField()
    retry_at = models.DateTimeField(null=True, blank=True)
    resolved_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "counterfoil_quarantine"
        ordering = ("-last_at",)
        verbose_name = "import problem"
        verbose_name_plural = "import problems"
        permissions = [("retry_quarantinedrecord", "Can retry import problems")]
        constraints = [
            models.UniqueConstraint(fields=["connection", "resource", "key"], name="counterfoil_quarantine_unique")
        ]

    def __str__(self) -> str:
        if self.owner is not None:
            return f"of customer {self.owner}"
        return self.external_id or "(no id)"

    @property
    def owner(self) -> str | None:
        """The customer all of whose records have to be read; None for other entries."""
        return self.key.removeprefix(self.OWNER_KEY) if self.key.startswith(self.OWNER_KEY) else None
