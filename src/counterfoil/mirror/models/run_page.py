"""A page that a run has had: the checkpoint, the means to fetch pages in any order, evidence for the sweep."""

from django.db import models

from counterfoil.mirror.models.connection import Connection
from counterfoil.mirror.models.run import Run


class RunPage(models.Model):
    """Written in the transaction that writes the page's rows. `ids` is a JSON list of external ids.

    `ticket` was drawn before the page was asked for, `ended` is the highest ticket when it had arrived: between
    the two the page vouches for every row it held, also for those that needed no writing.
    """

    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="+", db_index=False)
    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="pages", db_index=False)
    attempt = models.PositiveSmallIntegerField()
    number = models.IntegerField()
    ticket = models.BigIntegerField()
    ended = models.BigIntegerField()
    total = models.BigIntegerField(null=True)
    last = models.BooleanField(null=True)
    fingerprint = models.TextField(default="")
    unidentified = models.IntegerField(default=0)
    ids = models.JSONField(default=list)
    at = models.DateTimeField()

    class Meta:
        db_table = "run_page"
        indexes = [models.Index(fields=["connection", "ended"], name="run_page_ended")]
        constraints = [models.UniqueConstraint(fields=["run", "attempt", "number"], name="run_page_unique")]

    def __str__(self) -> str:
        return f"page {self.number} of run {self.run_id}"
