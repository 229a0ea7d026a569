"""What is known of this install as a whole."""

from django.conf import settings
from django.db import models

THE_ROW = 1


class Installation(models.Model):
    """One row. Changed only by `connections/key_check.py` and `mirror/hold.py`.

    `key_digest` is the digest of the key that secrets are encrypted with; empty before the first one is.
    `held_at` is when this database was restored from a backup of `backup_at`: until somebody says that it is the
    one in use (`released_at`, `released_by`), nothing starts that reaches another system.
    """

    id = models.SmallIntegerField(primary_key=True, default=THE_ROW)
    key_digest = models.CharField(max_length=64, default="")
    held_at = models.DateTimeField(null=True)
    backup_at = models.DateTimeField(null=True)
    released_at = models.DateTimeField(null=True)
    released_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )

    class Meta:
        db_table = "counterfoil_installation"
        default_permissions = ()

    def __str__(self) -> str:
        return "this install"
