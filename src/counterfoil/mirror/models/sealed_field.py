"""A column of something encrypted."""

from enum import StrEnum
from typing import Any

from django.db import models

_START = "gAAAA"
"""How every text begins that Fernet has encrypted."""


class SecretKind(StrEnum):
    """What a column keeps, which decides how to get it back once no key opens it."""

    CREDENTIALS = "credentials"
    WEBHOOK_SECRET = "webhook secret"  # noqa: S105
    ACCESS_TOKEN = "access token"  # noqa: S105
    LOGIN = "login"


class SealedField(models.TextField[str, str]):
    """Keeps what `connections.encryption.seal` returned, or nothing.

    Everything encrypted stands in such columns: rotating a key and checking it find them by this class.
    """

    def __init__(self, *arguments: Any, kind: SecretKind | None = None, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.kind = kind

    def get_prep_value(self, value: Any) -> Any:
        """Refuse a secret that is not encrypted. The error does not repeat it."""
        if isinstance(value, str) and value and not value.startswith(_START):
            raise ValueError(f"{self.model.__name__}.{self.name} keeps encrypted values only.")
        return super().get_prep_value(value)

    def deconstruct(self) -> tuple[str, str, Any, Any]:
        """In migrations it is the plain text column that the database knows."""
        name, _, arguments, options = super().deconstruct()
        return name, "django.db.models.TextField", arguments, options
