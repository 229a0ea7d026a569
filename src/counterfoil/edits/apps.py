"""The edits as a Django app: a name and no tables; pushes are entered among the kinds of runs."""

from django.apps import AppConfig


class EditsConfig(AppConfig):
    """See `mirror.carriers`."""

    name = "counterfoil.edits"
    label = "edits"

    def ready(self) -> None:
        """Pushes are carried out here."""
        from counterfoil.mirror import carriers

        carriers.enter("push", "counterfoil.edits.pushing.carry_out")
