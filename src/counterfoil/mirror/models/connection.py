"""A connection: one configured tenant of one upstream."""

from django.conf import settings
from django.db import models
from django.db.models.functions import Lower


class Connection(models.Model):
    """Credentials and settings. Secrets are stored encrypted only.

    One with an owner is private: it is there for that user and for superusers only. One without belongs to the
    house. Names are unique among those of one owner, and among those of the house.
    """

    name = models.CharField(max_length=80)
    connector = models.CharField(max_length=40)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="connections"
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
        constraints = [
            models.UniqueConstraint("owner", Lower("name"), name="connection_name_of_owner"),
            models.UniqueConstraint(
                Lower("name"), condition=models.Q(owner=None), name="connection_name_of_house"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def called(self) -> str:
        """Its name, with its owner's where it has one: two users may give the same name."""
        return f"{self.name} ({self.owner.get_username()})" if self.owner else self.name
