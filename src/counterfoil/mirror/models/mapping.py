"""What a connection maps in its own way: the sources of fields, and the roles of customers."""

from django.db import models

from counterfoil.mirror.models.connection import Connection


class FieldMap(models.Model):
    """Where a field comes from: a path in the payload ("extraFields.Peppol", "address.city") or a column."""

    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="field_map", db_index=False)
    resource = models.TextField(default="customer")
    field = models.TextField()
    source = models.TextField()

    class Meta:
        db_table = "counterfoil_field_map"
        ordering = ("resource", "field", "id")
        constraints = [
            models.UniqueConstraint(
                fields=["connection", "resource", "field", "source"], name="counterfoil_field_map_unique"
            )
        ]

    def __str__(self) -> str:
        return f"{self.field} from {self.source}"


class RoleOverride(models.Model):
    """The role of customers with an external id, or with a part of a name (accents and case folded)."""

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
        db_table = "counterfoil_role_override"
        ordering = ("id",)
        constraints = [
            models.UniqueConstraint(
                fields=["connection", "by", "pattern"], name="counterfoil_role_override_unique"
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_by_display()} {self.pattern}: {self.role}"
