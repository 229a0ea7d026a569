"""How far the mirror of one resource of a connection has come."""

from django.db import models

from counterfoil.mirror.models.connection import Connection


class Coverage(models.Model):
    """`watermark`: changes up to here are known, by the upstream's clock. `complete_pass_at`: when the newest pass
    that proved itself complete began, by ours; `dated_from`: it spoke for all records of that date or later, where
    it had such an end at all."""

    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="coverages", db_index=False)
    resource = models.CharField(max_length=20)
    watermark = models.DateTimeField(null=True, blank=True)
    complete_pass_at = models.DateTimeField(null=True, blank=True)
    dated_from = models.DateField(null=True, blank=True)

    class Meta:
        db_table = "coverage"
        constraints = [models.UniqueConstraint(fields=["connection", "resource"], name="coverage_unique")]

    def __str__(self) -> str:
        return f"{self.resource} of connection {self.connection_id}"
