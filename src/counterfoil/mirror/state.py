"""The states of a mirrored row (DESIGN part 4b)."""

from django.db.models import TextChoices


class State(TextChoices):
    """A row is kept whatever becomes of the record upstream; its state says what is known of that."""

    PRESENT = "present", "Present"
    MISSING = "missing", "Missing"
    UNLISTED = "unlisted", "Unlisted"
    TOMBSTONE = "tombstone", "Deleted upstream"
    MERGED = "merged", "Merged"
    LOCAL = "local", "Not created upstream yet"
