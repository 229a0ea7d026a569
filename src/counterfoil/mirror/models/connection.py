"""A connection: one configured tenant of one upstream."""

from django.conf import settings
from django.contrib.auth.models import Group
from django.db import models
from django.db.models.functions import Lower

from counterfoil.mirror.models.message_field import MessageField
from counterfoil.mirror.models.sealed_field import SealedField, SecretKind


class ConnectionManager(models.Manager["Connection"]):
    def locked(self, pk: int) -> "Connection":
        """Lock a row until the transaction ends, and return it as it is now."""
        return self.select_for_update().get(pk=pk)

    def active(self) -> "models.QuerySet[Connection]":
        """Query the connections that make calls: neither paused nor removed by a user."""
        return self.filter(paused_at=None, removed_at=None)


class Removal(models.TextChoices):
    """What happens to the records of a connection that is removed."""

    KEEP = "keep", "Records kept, read-only"
    DELETE = "delete", "Records deleted"


class Connection(models.Model):
    """Credentials and settings. Secrets are stored encrypted only.

    A connection with an owner is private: only that user and superusers can see it. One without is shared. Names
    are unique among the connections of one owner, and among shared ones.

    `calls_key` and `tokens_key` are digests of what the upstream counts calls and token requests by. Connections
    with the same one share an allowance, see `mirror.sharing`; "" is shared with none, null not computed yet.

    While `paused_at` is set no calls are made, and webhooks are only stored. A removed one (`removed_at`) has no
    secrets; `removal` says whether its records are kept, or being deleted.
    """

    name = models.CharField(max_length=80)
    connector = models.CharField(max_length=40)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="connections"
    )
    settings = models.JSONField(default=dict, blank=True)
    secrets = SealedField(kind=SecretKind.CREDENTIALS, default="", blank=True, editable=False)
    calls_key = models.CharField(max_length=64, null=True, editable=False, db_index=True)
    tokens_key = models.CharField(max_length=64, null=True, editable=False, db_index=True)
    country = models.CharField(
        "default country",
        max_length=2,
        default="BE",
        help_text="ISO code. Phones and VAT numbers without a country of their own are read as from here.",
    )
    mapping_version = models.PositiveIntegerField(default=1, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    paused_at = models.DateTimeField(null=True, editable=False)
    removed_at = models.DateTimeField(null=True, editable=False)
    removal = models.CharField(max_length=10, choices=Removal, null=True, editable=False)

    objects = ConnectionManager()

    class Meta:
        db_table = "counterfoil_connection"
        ordering = ("name",)
        permissions = [("configure_connection", "Can change mapping, allowance and guards of a connection")]
        constraints = [
            models.UniqueConstraint("owner", Lower("name"), name="counterfoil_connection_name_of_owner"),
            models.UniqueConstraint(
                Lower("name"), condition=models.Q(owner=None), name="counterfoil_connection_name_of_house"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def called(self) -> str:
        """Its name, with its owner's where it has one, because two users can choose the same name."""
        return f"{self.name} ({self.owner.get_username()})" if self.owner else self.name


def of_active_connection() -> models.Q:
    """Filter rows of connections that make calls. A subquery: whoever locks such rows locks no connection."""
    return models.Q(connection__in=Connection.objects.active().order_by())


class Access(models.Model):
    """A group that a connection is limited to; a connection without any is for everyone.

    Such a group cannot be deleted, because without its last group the connection would be open to all.
    """

    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="access", db_index=False)
    group = models.ForeignKey(Group, on_delete=models.PROTECT, related_name="+")

    class Meta:
        db_table = "counterfoil_access"
        ordering = ("id",)
        verbose_name_plural = "access"
        constraints = [models.UniqueConstraint(fields=["connection", "group"], name="counterfoil_access_unique")]

    def __str__(self) -> str:
        return f"a connection for {self.group} only"


class RoleGroup(models.Model):
    """The group of a role. `given` are the permissions that the product added, apart from changes by hand."""

    role = models.CharField(max_length=20, unique=True)
    group = models.OneToOneField(Group, on_delete=models.CASCADE, related_name="+")
    given = models.JSONField(default=list)

    class Meta:
        db_table = "counterfoil_role_group"
        ordering = ("id",)

    def __str__(self) -> str:
        return self.role


class PendingLogin(models.Model):
    """A login that was started; `sealed` has all of it, encrypted. Changed only by `connections/browser_login.py`.

    `state` and `session` are SHA-256 digests of the parameter that returns with the browser and of the session's
    key. `state` is null after the return, while the user chooses a tenant.
    """

    state = models.CharField(max_length=64, null=True, unique=True)
    session = models.CharField(max_length=64)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    sealed = SealedField(kind=SecretKind.LOGIN)
    until = models.DateTimeField()

    class Meta:
        db_table = "counterfoil_pending_login"
        default_permissions = ()

    def __str__(self) -> str:
        return f"login until {self.until}"


class Token(models.Model):
    """An access token, encrypted in `sealed`. Changed only by `connections/token_store.py`.

    The other columns are the state that `connectors.http.oauth_tokens` decides by. `asked_at` are the times of
    recent token requests, as ISO texts. `scopes` are those that the user has consented to, None while the upstream
    has not said; `refused` those for lack of which it has refused a write since the last login.
    """

    connection = models.OneToOneField(Connection, primary_key=True, on_delete=models.CASCADE)
    sealed = SealedField(kind=SecretKind.ACCESS_TOKEN, default="")
    api_url = models.TextField(default="")
    got_at = models.DateTimeField(null=True)
    renew_at = models.DateTimeField(null=True)
    ends_at = models.DateTimeField(null=True)
    replaced = models.BooleanField(default=False)
    claim = models.TextField(default="")
    claimed_until = models.DateTimeField(null=True)
    replacing = models.BooleanField(default=False)
    asked_at = models.JSONField(default=list)
    rests_until = models.DateTimeField(null=True)
    scopes = models.JSONField(null=True)
    refused = models.JSONField(default=list)

    class Meta:
        db_table = "counterfoil_token"

    def __str__(self) -> str:
        return f"token of {self.connection_id}"


class Allowance(models.Model):
    """The token bucket, daily counter, block and waiting calls.

    Changed only by `connections/budget.py` and `connections/pause.py`. `lifted_at` and `lifted_by` are the last
    time a person let calls be made before a pause or block had ended, and who it was; nobody where that came from
    the machine's own command line.
    """

    connection = models.OneToOneField(Connection, primary_key=True, on_delete=models.CASCADE)
    tokens = models.FloatField(default=0.0)
    refilled_at = models.DateTimeField(null=True)
    daily_limit = models.IntegerField(null=True)
    daily_remaining = models.IntegerField(null=True)
    daily_reset_at = models.DateTimeField(null=True)
    paused_until = models.DateTimeField(null=True)
    blocked_until = models.DateTimeField(null=True)
    blocked_reason = MessageField(default="")
    blocks = models.IntegerField(default=0)
    incidents = models.IntegerField(default=0)
    claims = models.JSONField(default=dict)
    lifted_at = models.DateTimeField(null=True)
    lifted_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        db_table = "counterfoil_allowance"

    def __str__(self) -> str:
        return f"allowance of {self.connection_id}"


class Usage(models.Model):
    """Calls of a day; `kind` is a `Priority`. Written in the transaction that lets the calls through."""

    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="usage", db_index=False)
    day = models.DateField()
    kind = models.CharField(max_length=20)
    calls = models.BigIntegerField(default=0)

    class Meta:
        db_table = "counterfoil_usage"
        constraints = [
            models.UniqueConstraint(fields=["connection", "day", "kind"], name="counterfoil_usage_of_day")
        ]

    def __str__(self) -> str:
        return f"{self.calls} calls for {self.kind} on {self.day}"
