"""Read the app's own settings from the Django project around it, each with a default where one makes sense.

COUNTERFOIL_ENCRYPTION_KEYS  Fernet keys for credentials, newest first (needed where something is connected), or an
                             object that provides them (`connections.key_source.KeySource`)
COUNTERFOIL_DELIVERY_DAYS    days after which the body of a webhook is removed (default: 90)
COUNTERFOIL_SCHEDULES        False where no sync may start by itself (default: True)
COUNTERFOIL_TASK_QUEUE       True where Django's Tasks backend wakes workers at once (default: False)
"""

from typing import Any

from django.conf import settings

ENCRYPTION_KEYS = "COUNTERFOIL_ENCRYPTION_KEYS"


def encryption_keys() -> Any:
    """Return the keys, or what provides them; an empty tuple where the project sets none."""
    return getattr(settings, ENCRYPTION_KEYS, ())


def delivery_days() -> int:
    return int(getattr(settings, "COUNTERFOIL_DELIVERY_DAYS", 90))


def schedules_on() -> bool:
    return bool(getattr(settings, "COUNTERFOIL_SCHEDULES", True))


def task_queue_on() -> bool:
    return bool(getattr(settings, "COUNTERFOIL_TASK_QUEUE", False))
