"""Whether this install is held: restored from a backup, and not yet said to be the one in use.

Nothing starts that reaches another system meanwhile: no schedule, run, push or message. Webhooks are received and
stored, and wait.
"""

from datetime import datetime
from typing import NamedTuple

from django.contrib.auth.models import AbstractBaseUser

from counterfoil.errors import NotPossibleNow
from counterfoil.mirror.models import Installation
from counterfoil.mirror.models.installation import THE_ROW


class RestoreHold(NamedTuple):
    """Since when the install is held, and when the backup was made."""

    since: datetime
    backup_at: datetime | None


def current() -> RestoreHold | None:
    """Return the hold; None for an install that works."""
    row = Installation.objects.filter(pk=THE_ROW, held_at__isnull=False).first()
    return None if row is None or row.held_at is None else RestoreHold(row.held_at, row.backup_at)


def is_held() -> bool:
    """Tell whether the install is held. Costs one read of one row."""
    return Installation.objects.filter(pk=THE_ROW, held_at__isnull=False).exists()


def require_live() -> None:
    """Raise NotPossibleNow while the install is held."""
    if is_held():
        raise NotPossibleNow(
            "This install was restored from a backup and is on hold: nothing is synced or sent.",
            "If it is the one in use now, run `counterfoil go-live`, or press *Go live* in the console.",
        )


def hold(now: datetime, backup_at: datetime) -> None:
    """Hold the install."""
    values = {"held_at": now, "backup_at": backup_at, "released_at": None, "released_by": None}
    Installation.objects.update_or_create(pk=THE_ROW, defaults=values)


def go_live(now: datetime, user: AbstractBaseUser | None = None) -> bool:
    """Let the install work. `user` is nobody for the command line. Returns whether it was held."""
    held = Installation.objects.filter(pk=THE_ROW, held_at__isnull=False)
    return bool(held.update(held_at=None, released_at=now, released_by_id=user.pk if user else None))
