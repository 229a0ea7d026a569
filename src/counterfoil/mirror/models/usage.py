"""How many calls a connection has made on a day, and for whom."""

from django.db import models

from counterfoil.mirror.models.connection import Connection


class Usage(models.Model):
    """`kind` is a `Priority`. Written with the draws that it counts: see `usage.py`."""

    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="usage", db_index=False)
    day = models.DateField()
    kind = models.CharField(max_length=20)
    calls = models.BigIntegerField(default=0)

    class Meta:
        db_table = "usage"
        constraints = [models.UniqueConstraint(fields=["connection", "day", "kind"], name="usage_of_day")]

    def __str__(self) -> str:
        return f"{self.calls} calls for {self.kind} on {self.day}"
