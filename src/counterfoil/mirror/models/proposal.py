"""What a run would do but does not before somebody has said yes."""

from django.db import models

from counterfoil.mirror.models.payload import PayloadField
from counterfoil.mirror.models.run import Run


class Action(models.TextChoices):
    """What would happen to the row."""

    VANISH = "vanish", "would be marked as missing"
    RENAME = "rename", "would get another name"
    CREATE = "create", "would be added"
    CHANGE = "change", "would be changed"
    SETTLED = "settled", "would be read again: no longer listed as unpaid"


class Proposal(models.Model):
    """One record of a run's list. Held back ones carry their payload and the ticket of their page."""

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="proposals", db_index=False)
    external_id = models.TextField()
    action = models.CharField(max_length=10, choices=Action)
    before = models.TextField(default="")
    after = models.TextField(default="")
    payload = PayloadField(null=True)
    ticket = models.BigIntegerField(default=0)
    ended = models.BigIntegerField(default=0)
    outcome = models.CharField(max_length=20, default="")

    class Meta:
        db_table = "proposal"
        constraints = [models.UniqueConstraint(fields=["run", "external_id"], name="proposal_unique")]

    def __str__(self) -> str:
        return f"{self.external_id} {self.get_action_display()}"
