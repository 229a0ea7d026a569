"""Access: a connection that is for some groups of people only."""

from django.contrib.auth.models import Group
from django.db import models

from counterfoil.mirror.models.connection import Connection


class Access(models.Model):
    """A connection without any is for everybody.

    A group that a connection is for cannot be deleted: with its last one the connection would be open to all.
    """

    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="access", db_index=False)
    group = models.ForeignKey(Group, on_delete=models.PROTECT, related_name="+")

    class Meta:
        db_table = "access"
        ordering = ("id",)
        verbose_name_plural = "access"
        constraints = [models.UniqueConstraint(fields=["connection", "group"], name="access_unique")]

    def __str__(self) -> str:
        return f"a connection for {self.group} only"
