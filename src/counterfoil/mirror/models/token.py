"""The access token of one connection: got by one process, used by all."""

from django.db import models

from counterfoil.mirror.models.connection import Connection


class Token(models.Model):
    """`sealed` is encrypted; the rest is what `connectors.tokens` decides by. Changed only by `token_store.py`.

    `asked_at` are the moments, as ISO texts, at which a token was asked for lately.
    """

    connection = models.OneToOneField(Connection, primary_key=True, on_delete=models.CASCADE)
    sealed = models.TextField(default="")
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

    class Meta:
        db_table = "token"

    def __str__(self) -> str:
        return f"token of {self.connection_id}"
