"""What a program must know to use this database."""

from django.db import models


class SchemaRequirement(models.Model):
    """A migration that a program must know, or it would write rows that are wrong for newer programs.

    `version` is that of the program that applied it. Kept in step with the migrations by `mirror/requirements.py`.
    """

    migration = models.CharField(max_length=255, primary_key=True)
    version = models.CharField(max_length=40)

    class Meta:
        db_table = "counterfoil_schema_requirement"
        ordering = ("migration",)
        default_permissions = ()

    def __str__(self) -> str:
        return self.migration
