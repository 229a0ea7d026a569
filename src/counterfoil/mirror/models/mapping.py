"""What a connection maps in its own way: sources of fields, roles of customers, names on invoices."""

from django.conf import settings
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


class ConfirmedName(models.Model):
    """Whose the invoices are that name their customer only by name, as a user has said. Compared by `name_key`."""

    connection = models.ForeignKey(
        Connection, on_delete=models.CASCADE, related_name="confirmed_names", db_index=False
    )
    name = models.TextField()
    name_key = models.TextField()
    customer_external_id = models.TextField()
    confirmed_at = models.DateTimeField()
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, db_index=False
    )

    class Meta:
        db_table = "counterfoil_confirmed_name"
        ordering = ("name", "id")
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["connection", "name_key"], name="counterfoil_confirmed_name_unique")
        ]

    def __str__(self) -> str:
        return f"{self.name} is {self.customer_external_id}"
