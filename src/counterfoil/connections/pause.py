"""What keeps a connection from making calls for a while, and how a person ends it early."""

from dataclasses import asdict, dataclass
from datetime import datetime

import structlog
from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction
from django.utils import timezone

from counterfoil import messages
from counterfoil.connections import rate_limit, wording
from counterfoil.errors import NotPossibleNow
from counterfoil.mirror import sharing
from counterfoil.mirror.models import Allowance, Connection, Run, RunState

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Pause:
    """Until when the connected system lets us make no calls, and why: a block, a pause, or no calls left today."""

    until: datetime
    reason: str
    is_block: bool = False


def current_pause(allowance: Allowance, now: datetime) -> Pause | None:
    """Return what lasts longest of a block, a pause and a day without calls; None where calls are possible."""
    found: list[Pause] = []
    if allowance.blocked_until and allowance.blocked_until > now:
        found.append(Pause(allowance.blocked_until, allowance.blocked_reason, is_block=True))
    if allowance.paused_until and allowance.paused_until > now:
        found.append(Pause(allowance.paused_until, messages.connections.PAUSE_REQUESTED()))
    none_left = allowance.daily_remaining is not None and allowance.daily_remaining <= 0
    if none_left and allowance.daily_reset_at and allowance.daily_reset_at > now:
        found.append(Pause(allowance.daily_reset_at, messages.connections.DAY_USED_UP()))
    return max(found, key=lambda pause: (pause.is_block, pause.until), default=None)


def lift(connection: Connection, user: AbstractBaseUser | None = None) -> Pause:
    """Let the connection make calls at once, and its waiting runs go on. Returns what was lifted.

    Who did it stands in the allowance and in the log. Raises NotPossibleNow where nothing keeps it from calling.
    """
    now = timezone.now()
    with transaction.atomic():
        sharers = sharing.sharers(connection.pk)
        allowance = Allowance.objects.select_for_update().filter(connection_id=sharers[0]).first()
        pause = None if allowance is None else current_pause(allowance, now)
        if pause is None:
            system = wording.system(connection)
            raise NotPossibleNow(f"{system} lets “{connection.name}” make calls already.", "Start a sync.")
        lifted = rate_limit.lift(rate_limit.BucketState.from_row(allowance))
        Allowance.objects.filter(connection_id=sharers[0]).update(**asdict(lifted), lifted_at=now, lifted_by=user)
        waiting = Run.objects.filter(connection_id__in=sharers, state=RunState.PARKED, resumable=True)
        waiting.filter(parked_until__gt=now).update(parked_until=now)
    log.info(
        "pause lifted",
        connection=connection.pk,
        user=user.pk if user else None,
        until=pause.until.isoformat(),
        reason=str(pause.reason),
    )
    return pause
