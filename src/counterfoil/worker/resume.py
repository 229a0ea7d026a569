"""Let a connection go on before its pause is over: calls, runs and webhooks."""

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction

from counterfoil.connections import pause
from counterfoil.connections.pause import Pause
from counterfoil.mirror.models import Connection
from counterfoil.webhooks import queue
from counterfoil.worker import wake


@transaction.atomic
def resume_connection(connection: Connection, user: AbstractBaseUser | None = None) -> Pause:
    """Lift what keeps a connection from making calls, and wake a worker. Returns what was lifted.

    Raises NotPossibleNow where nothing does.
    """
    lifted = pause.lift(connection, user)
    queue.try_now(connection)
    wake.nudge()
    return lifted
