"""Let a connection, and those that share its allowance, go on before a pause is over: calls, runs and webhooks."""

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction

from counterfoil.connections import pause, standing
from counterfoil.connections.pause import Pause
from counterfoil.mirror import sharing
from counterfoil.mirror.models import Connection
from counterfoil.webhooks import queue
from counterfoil.worker import wake


@transaction.atomic
def resume_connection(connection: Connection, user: AbstractBaseUser | None = None) -> Pause:
    """Lift what keeps a connection from making calls, and wake a worker. Returns what was lifted.

    Raises NotPossibleNow where nothing does, and for a removed connection.
    """
    standing.require_present(connection)
    lifted = pause.lift(connection, user)
    for sharer in Connection.objects.filter(pk__in=sharing.sharers(connection.pk)):
        queue.try_now(sharer)
    wake.nudge()
    return lifted
