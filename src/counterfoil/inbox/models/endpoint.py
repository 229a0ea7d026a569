"""An endpoint: an address of ours to which an upstream sends its webhooks, and the secret it signs them with."""

from django.db import models

from counterfoil.mirror.models import Connection


class Endpoint(models.Model):
    """`sealed` holds the secret, and for a while after a rotation the one before it.

    `upstream_id` is what the upstream calls it; empty where it was made there by hand, or where it is not known
    whether the registration came through (`unsure`). `alive_at` is when a worker last looked after it, `nudged_at`
    when a sync was last asked for because too little came.
    """

    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="endpoints", db_index=False)
    url = models.TextField()
    upstream_id = models.TextField(default="", blank=True)
    sealed = models.TextField()
    unsure = models.BooleanField(default=False)
    made_at = models.DateTimeField()
    alive_at = models.DateTimeField(null=True, blank=True)
    nudged_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "endpoint"
        ordering = ("connection", "id")
        constraints = [models.UniqueConstraint(fields=["connection", "url"], name="endpoint_unique")]

    def __str__(self) -> str:
        return self.url
