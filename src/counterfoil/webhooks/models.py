"""Tables of webhooks: deliveries stored before they are worked on (DESIGN law 6), endpoints, refused requests."""

from django.db import models
from django.db.models import Q

from counterfoil.mirror.models import Connection, Run
from counterfoil.mirror.models.message_field import MessageField
from counterfoil.mirror.models.sealed_field import SealedField, SecretKind


class DeliveryState(models.TextChoices):
    """The state of a delivery. Only received and failed ones are still worked on."""

    RECEIVED = "received", "Received"
    APPLIED = "applied", "Applied"
    DUPLICATE = "duplicate", "Duplicate"
    STALE = "stale", "Stale"
    IGNORED = "ignored", "Ignored"
    FAILED = "failed", "Failed"
    DEAD = "dead", "Dead"


class Delivery(models.Model):
    """One received webhook. `ticket` is the newest there was when it arrived: a replay keeps its place by it.

    `body` is deleted after a while, the rest is kept. `full_size` counts its bytes where only the first are kept.
    `calls` counts the calls made upstream for it. `run` is the pass that covers it, where so many arrived that a
    pass was cheaper. `claim` is the process that works on it.
    """

    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="deliveries", db_index=False)
    event_id = models.TextField()
    event = models.TextField()
    resource = models.CharField(max_length=20, default="", blank=True)
    external_id = models.TextField(default="", blank=True)
    state = models.CharField(max_length=10, choices=DeliveryState, default=DeliveryState.RECEIVED)
    reason = MessageField(default="", blank=True)
    received_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    ticket = models.BigIntegerField()
    tries = models.IntegerField(default=0)
    next_try_at = models.DateTimeField(null=True, blank=True)
    calls = models.IntegerField(default=0)
    run = models.ForeignKey(Run, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    content_type = models.TextField(default="", blank=True)
    body = models.BinaryField(null=True)
    full_size = models.BigIntegerField(null=True, blank=True)
    claim = models.TextField(default="", blank=True)
    claimed_until = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "counterfoil_delivery"
        ordering = ("-id",)
        verbose_name_plural = "webhooks"
        permissions = [("replay_delivery", "Can replay webhooks")]
        indexes = [
            models.Index(fields=["connection", "-received_at", "-id"], name="counterfoil_delivery_newest"),
            models.Index(fields=["connection", "state", "-received_at", "-id"], name="counterfoil_delivery_state"),
            models.Index(
                fields=["connection", "external_id", "-received_at", "-id"], name="counterfoil_delivery_record"
            ),
            models.Index(fields=["connection", "event_id"], name="counterfoil_delivery_event"),
            models.Index(
                fields=["connection", "id"],
                condition=Q(state__in=("received", "failed")),
                name="counterfoil_delivery_waiting",
            ),
        ]

    @property
    def duration(self) -> float | None:
        """Seconds from its arrival to its end; None while it has not ended."""
        return None if self.ended_at is None else (self.ended_at - self.received_at).total_seconds()

    def __str__(self) -> str:
        return f"Webhook {self.pk}"


class Endpoint(models.Model):
    """An address that an upstream sends webhooks to.

    `sealed` holds the encrypted secret, and during a rotation the previous one too. `upstream_id` is its id in the
    upstream; empty where it was registered there by hand, or where the registration may not have arrived
    (`unsure`). `alive_at` is when a worker last looked for a silence, `nudged_at` when a sync was last requested
    because of one.
    """

    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="endpoints", db_index=False)
    url = models.TextField()
    upstream_id = models.TextField(default="", blank=True)
    sealed = SealedField(kind=SecretKind.WEBHOOK_SECRET)
    unsure = models.BooleanField(default=False)
    made_at = models.DateTimeField()
    alive_at = models.DateTimeField(null=True, blank=True)
    nudged_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "counterfoil_endpoint"
        ordering = ("connection", "id")
        constraints = [models.UniqueConstraint(fields=["connection", "url"], name="counterfoil_endpoint_unique")]

    def __str__(self) -> str:
        return self.url


class Refusal(models.Model):
    """Refused requests, counted by reason and day. `connection` is None where it is unknown which was meant."""

    connection = models.ForeignKey(
        Connection, null=True, blank=True, on_delete=models.CASCADE, related_name="refusals", db_index=False
    )
    upstream = models.TextField()
    reason = models.CharField(max_length=20)
    day = models.DateField()
    count = models.BigIntegerField(default=0)
    last_at = models.DateTimeField()

    class Meta:
        db_table = "counterfoil_refusal"
        ordering = ("-day", "reason")
        constraints = [
            models.UniqueConstraint(
                fields=["connection", "upstream", "reason", "day"], name="counterfoil_refusal_unique"
            ),
            models.UniqueConstraint(
                fields=["upstream", "reason", "day"],
                condition=models.Q(connection=None),
                name="counterfoil_refusal_of_nobody_unique",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.count} {self.reason} on {self.day}"


__all__ = ["Delivery", "DeliveryState", "Endpoint", "Refusal"]
