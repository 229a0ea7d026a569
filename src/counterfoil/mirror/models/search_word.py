"""The words that a connection's customers and contact persons are called by, for typing mistakes in searches."""

from django.db import models

from counterfoil.mirror.models.connection import Connection


class SearchWord(models.Model):
    """A distinct word of a connection. Changed only by `mirror.vocabulary`.

    `checked_at` is when a record was last seen to have it; null until near words can find it.
    """

    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="+", db_index=False)
    word = models.TextField()
    checked_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "counterfoil_search_word"
        ordering = ("id",)
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["connection", "word"], name="counterfoil_search_word_unique")
        ]
        indexes = [models.Index(fields=["checked_at"], name="counterfoil_search_word_check")]

    def __str__(self) -> str:
        return f"a word of {self.connection_id}"
