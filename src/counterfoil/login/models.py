"""How often passwords were tried."""

from django.conf import settings
from django.db import models


class PasswordTries(models.Model):
    """Wrong passwords of one scope (`brake.CountedBy`), as `brake.Brake` counts them.

    What was typed as the name is kept as a keyed digest only, because people type their password there by mistake.
    `user` is set where the name is that of a user.
    """

    scope = models.CharField(max_length=10)
    digest = models.CharField(max_length=64)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.CASCADE, related_name="+"
    )
    address = models.CharField(max_length=45, default="", blank=True)
    count = models.FloatField(default=0)
    at = models.DateTimeField()

    class Meta:
        db_table = "counterfoil_password_tries"
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["scope", "digest"], name="counterfoil_password_tries_one")]
        indexes = [models.Index(fields=["at"], name="counterfoil_password_tries_at")]

    def __str__(self) -> str:
        return f"{self.scope} {self.pk}"
