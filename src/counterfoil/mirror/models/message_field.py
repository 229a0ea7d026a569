"""A column of sentences: codes and values in the database, words in Python."""

from typing import Any

from django.db import models

from counterfoil import messages


def _load_connectors() -> None:
    from counterfoil.connectors import registry  # loaded only where a connector's sentence is shown

    registry.load_messages()


messages.load_unknown_codes_with(_load_connectors)


class MessageField(models.TextField[str, str]):
    """Keeps a `messages.Message` as its codes and values, and gives it back worded anew."""

    def from_db_value(self, value: str | None, expression: Any, connection: Any) -> str | None:
        return None if value is None else messages.read(value)

    def get_prep_value(self, value: Any) -> Any:
        return messages.store(value) if isinstance(value, str) else super().get_prep_value(value)

    def deconstruct(self) -> tuple[str, str, Any, Any]:
        """In migrations it is the plain text column that the database knows."""
        name, _, arguments, options = super().deconstruct()
        return name, "django.db.models.TextField", arguments, options
