"""A login at an upstream that somebody has begun in a browser and not finished yet."""

from django.conf import settings
from django.db import models


class PendingLogin(models.Model):
    """`sealed` is encrypted and holds all there is to it. Changed only by `logins.py`.

    `state` and `session` are SHA-256 digests: of what comes back with the browser, and of the key of the session
    that it belongs to. `state` is null once it has come back, while somebody chooses a tenant.
    """

    state = models.CharField(max_length=64, null=True, unique=True)
    session = models.CharField(max_length=64)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    sealed = models.TextField()
    until = models.DateTimeField()

    class Meta:
        db_table = "pending_login"
        default_permissions = ()

    def __str__(self) -> str:
        return f"login until {self.until}"
