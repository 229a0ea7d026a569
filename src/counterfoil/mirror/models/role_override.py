"""Role overrides: a role of ours that beats the upstream's. Data, never pushed."""

from django.db import models

from counterfoil.mirror.models.connection import Connection


class RoleOverride(models.Model):
    """Matches on the external id, or on a part of the name (accents and case folded)."""

    class By(models.TextChoices):
        """What `pattern` is compared with."""

        ID = "id", "External id is"
        NAME = "name", "Name contains"

    connection = models.ForeignKey(
        Connection, on_delete=models.CASCADE, related_name="role_overrides", db_index=False
    )
    by = models.CharField(max_length=4, choices=By, default=By.NAME)
    pattern = models.TextField()
    role = models.TextField()

    class Meta:
        db_table = "role_override"
        ordering = ("id",)
        constraints = [
            models.UniqueConstraint(fields=["connection", "by", "pattern"], name="role_override_unique")
        ]

    def __str__(self) -> str:
        return f"{self.get_by_display()} {self.pattern}: {self.role}"
