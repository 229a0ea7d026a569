"""The shared allowance of one connection: what every process draws from before it sends a request."""

from django.db import models

from counterfoil.mirror.models.connection import Connection


class Allowance(models.Model):
    """State of the token bucket, the daily counter and a block, and who waits for a turn. Changed only by
    `shared_budget.py`."""

    connection = models.OneToOneField(Connection, primary_key=True, on_delete=models.CASCADE)
    tokens = models.FloatField(default=0.0)
    refilled_at = models.DateTimeField(null=True)
    daily_limit = models.IntegerField(null=True)
    daily_remaining = models.IntegerField(null=True)
    daily_reset_at = models.DateTimeField(null=True)
    paused_until = models.DateTimeField(null=True)
    blocked_until = models.DateTimeField(null=True)
    blocked_reason = models.TextField(default="")
    blocks = models.IntegerField(default=0)
    incidents = models.IntegerField(default=0)
    claims = models.JSONField(default=dict)

    class Meta:
        db_table = "allowance"

    def __str__(self) -> str:
        return f"allowance of {self.connection_id}"
