"""Requests that were turned away, counted by the day: no body and no address of anybody is kept."""

from django.db import models

from counterfoil.mirror.models import Connection


class Refusal(models.Model):
    """`connection` is None where it is not known whose endpoint was meant."""

    connection = models.ForeignKey(
        Connection, null=True, blank=True, on_delete=models.CASCADE, related_name="refusals", db_index=False
    )
    upstream = models.TextField()
    reason = models.CharField(max_length=20)
    day = models.DateField()
    count = models.BigIntegerField(default=0)
    last_at = models.DateTimeField()

    class Meta:
        db_table = "refusal"
        ordering = ("-day", "reason")
        constraints = [
            models.UniqueConstraint(fields=["connection", "upstream", "reason", "day"], name="refusal_unique"),
            models.UniqueConstraint(
                fields=["upstream", "reason", "day"],
                condition=models.Q(connection=None),
                name="refusal_of_nobody_unique",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.count} {self.reason} on {self.day}"
