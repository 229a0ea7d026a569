"""The edits as a Django app: a name and no tables; pushes are entered among the kinds of runs."""

from django.apps import AppConfig


class EditsConfig(AppConfig):
    """See `mirror.execution.carriers`."""

    name = "counterfoil.edits"
    label = "edits"

    def ready(self) -> None:
        """Pushes are carried out here."""
        from counterfoil.edits.pushing import carry_out
        from counterfoil.mirror.execution import carriers
        from counterfoil.mirror.models import RunKind

        carriers[RunKind.PUSH] = carry_out
