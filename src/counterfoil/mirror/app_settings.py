"""Read the app's own settings from the Django project around it, each with a default where one makes sense.

COUNTERFOIL_ENCRYPTION_KEYS  Fernet keys for credentials, newest first (needed where something is connected)
COUNTERFOIL_DELIVERY_DAYS    days after which the body of a webhook is removed (default: 90)
COUNTERFOIL_SCHEDULES        False where no sync may start by itself (default: True)
COUNTERFOIL_TASK_QUEUE       True where Django's Tasks backend wakes workers at once (default: False)
"""

from collections.abc import Sequence

from django.conf import settings

from counterfoil import messages
from counterfoil.errors import KeyUnusable


def encryption_keys() -> Sequence[str]:
    """Return the keys, newest first. Raises KeyUnusable where the project sets none."""
    keys: Sequence[str] = getattr(settings, "COUNTERFOIL_ENCRYPTION_KEYS", ())
    if not keys:
        raise KeyUnusable(messages.mirror.NO_ENCRYPTION_KEY(), messages.mirror.SET_ENCRYPTION_KEY())
    return keys


def delivery_days() -> int:
    return int(getattr(settings, "COUNTERFOIL_DELIVERY_DAYS", 90))


def schedules_on() -> bool:
    return bool(getattr(settings, "COUNTERFOIL_SCHEDULES", True))


def task_queue_on() -> bool:
    return bool(getattr(settings, "COUNTERFOIL_TASK_QUEUE", False))
