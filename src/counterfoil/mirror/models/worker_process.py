"""The worker processes of this install, on any machine."""

from django.db import models


class WorkerProcess(models.Model):
    """One worker; `holder` names its process. Changed only by `mirror/workers.py`.

    The row is a claim on being alive: it ends with the worker, where the worker hangs with its term, and as soon
    as the worker's own host notices that it is gone.
    """

    holder = models.CharField(max_length=200, unique=True)
    started_at = models.DateTimeField()
    seen_at = models.DateTimeField()
    alive_until = models.DateTimeField(null=True)

    class Meta:
        db_table = "counterfoil_worker"
        ordering = ("id",)
        default_permissions = ()

    def __str__(self) -> str:
        return f"worker {self.holder}"
