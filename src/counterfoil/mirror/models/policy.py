"""What is done where both sides changed a field: asked, or decided by a rule."""

from django.db import models

from counterfoil.mirror.models.connection import Connection
from counterfoil.mirror.rule import Rule


class Policy(models.Model):
    """The rule of one field of a connection; without one a person is asked. `field` empty: all others."""

    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="policies", db_index=False)
    field = models.TextField(default="", blank=True)
    rule = models.CharField(max_length=20, choices=[(rule.value, rule.label) for rule in Rule], default=Rule.ASK)

    class Meta:
        db_table = "policy"
        ordering = ("field",)
        verbose_name_plural = "policies"
        constraints = [models.UniqueConstraint(fields=["connection", "field"], name="policy_of_field")]

    def __str__(self) -> str:
        return f"{self.field or 'All other fields'}: {self.get_rule_display()}"
