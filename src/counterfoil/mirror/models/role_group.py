"""A role's group, and what the product gave it last."""

from django.contrib.auth.models import Group
from django.db import models


class RoleGroup(models.Model):
    """`given` tells what the product put into the group from what somebody added or took away by hand."""

    role = models.CharField(max_length=20, unique=True)
    group = models.OneToOneField(Group, on_delete=models.CASCADE, related_name="+")
    given = models.JSONField(default=list)

    class Meta:
        db_table = "role_group"
        ordering = ("id",)

    def __str__(self) -> str:
        return self.role
