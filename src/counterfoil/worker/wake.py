"""Background work is only nudged here: what is to be done stands in our own tables (DESIGN part 5)."""

from functools import partial

from django.db import transaction
from django.tasks import task

from counterfoil.worker import queue


@task()
def work_off() -> int:
    """Carry out the runs that wait. Returns how many were taken up."""
    return queue.work_off()


def nudge() -> None:
    """Wake a worker up once the present transaction is committed. A lost nudge costs a tick, no work."""
    transaction.on_commit(partial(work_off.enqueue))
