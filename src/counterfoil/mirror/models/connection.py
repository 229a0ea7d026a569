"""A connection: one configured tenant of one upstream."""

from django.conf import settings
from django.db import models
from django.db.models.functions import Lower


class Connection(models.Model):
    """Credentials and settings. Secrets are stored encrypted only."""

    name = models.CharField(max_length=80)
    connector = models.CharField(max_length=40)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="connections"
    )
    settings = models.JSONField(default=dict, blank=True)
    secrets = models.TextField(default="", blank=True, editable=False)
    country = models.CharField(
        "default country",
        max_length=2,
        default="BE",
        help_text="ISO code. Phones and VAT numbers without a country of their own are read as from here.",
    )
    mapping_version = models.PositiveIntegerField(default=1, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        db_table = "connection"
        ordering = ("name",)
        permissions = [("configure_connection", "Can change mapping, allowance and guards of a connection")]
        constraints = [models.UniqueConstraint(Lower("name"), name="connection_name_unique")]

    def __str__(self) -> str:
        return self.name
