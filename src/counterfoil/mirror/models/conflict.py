"""Conflicts: both sides changed a field since they last agreed, or one edited what the other deleted."""

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q

from counterfoil.mapping.fields import LABELS
from counterfoil.mirror.enums import Rule
from counterfoil.mirror.models.change import Source
from counterfoil.mirror.models.connection import Connection
from counterfoil.mirror.models.record_queryset import RecordQuerySet


class ConflictKind(models.TextChoices):
    """What a conflict is about."""

    BOTH = "both", "Changed on both sides"
    DELETED = "deleted", "Edited here, deleted there"
    OVERWRITTEN = "overwritten", "Overwritten by us"
    CREATED = "created", "Perhaps created already"


class Decision(models.TextChoices):
    """How a conflict ended."""

    OURS = "ours", "Ours"
    THEIRS = "theirs", "Theirs"
    AGREED = "agreed", "Both said the same"
    WITHDRAWN = "withdrawn", "One side went back"
    RECREATE = "recreate", "Created again"
    DROP = "drop", "Edits dropped"
    SAME = "same", "It is the same record"
    NEW = "new", "It is another record"


class ConflictQuerySet(RecordQuerySet["Conflict"]):
    def open(self) -> Self:
        """Filter conflicts that nobody has decided yet."""
        return self.filter(settled_at=None)


class Conflict(models.Model):
    """A conflict, kept after it was settled as the record of what was decided.

    `field` is empty where it concerns the whole record. `by_policy`: a rule of the connection decided.
    `recreated_as` is the row created in place of a deleted one.
    """

    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="conflicts", db_index=False)
    resource = models.CharField(max_length=20, default="customer")
    record_id = models.BigIntegerField()
    kind = models.CharField(max_length=20, choices=ConflictKind, default=ConflictKind.BOTH)
    field = models.TextField(default="", blank=True)
    base = models.JSONField(null=True)
    ours = models.JSONField(null=True)
    theirs = models.JSONField(null=True)
    edited_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    edited_at = models.DateTimeField(null=True)
    theirs_source = models.CharField(max_length=20, choices=Source)
    theirs_reference = models.BigIntegerField(null=True)
    theirs_at = models.DateTimeField()
    raised_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True, blank=True)
    settled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    by_policy = models.BooleanField(default=False)
    decision = models.CharField(max_length=20, choices=Decision, default="", blank=True)
    recreated_as = models.BigIntegerField(null=True, blank=True)

    objects = ConflictQuerySet.as_manager()

    class Meta:
        db_table = "counterfoil_conflict"
        ordering = ("-id",)
        permissions = [("settle_conflict", "Can settle conflicts")]
        constraints = [
            models.UniqueConstraint(
                fields=["resource", "record_id", "field", "kind"],
                condition=Q(settled_at=None),
                name="counterfoil_conflict_open_once",
            )
        ]
        indexes = [
            models.Index(
                fields=["connection", "-id"], name="counterfoil_conflict_open", condition=Q(settled_at=None)
            ),
            models.Index(fields=["resource", "record_id"], name="counterfoil_conflict_record"),
        ]

    def __str__(self) -> str:
        return LABELS.get(self.field, self.field) or "Whole customer"


class Policy(models.Model):
    """The rule for conflicts in one field of a connection; without a rule a person decides.

    Empty `field`: all other fields.
    """

    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="policies", db_index=False)
    field = models.TextField(default="", blank=True)
    rule = models.CharField(max_length=20, choices=[(rule.value, rule.label) for rule in Rule], default=Rule.ASK)

    class Meta:
        db_table = "counterfoil_policy"
        ordering = ("field",)
        verbose_name_plural = "policies"
        constraints = [models.UniqueConstraint(fields=["connection", "field"], name="counterfoil_policy_of_field")]

    def __str__(self) -> str:
        return f"{self.field or 'All other fields'}: {self.get_rule_display()}"
