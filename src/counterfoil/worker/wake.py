"""Wake a worker at once, instead of at its next look at the tables a second later.

Work waits in our own tables. Where a task queue is configured (`COUNTERFOIL_TASKS_BACKEND`, Django's Tasks API),
its workers get a message too; a lost message costs a second and no work.
"""

from django.db import transaction
from django.tasks import task

from counterfoil.mirror import app_settings
from counterfoil.worker import queue


@task()
def execute_due_runs() -> int:
    """Execute the runs that are due. Returns how many were started."""
    return queue.execute_due_runs()


def nudge() -> None:
    """Wake a worker once the current transaction is committed."""
    transaction.on_commit(_enqueue)


def _enqueue() -> None:
    if app_settings.task_queue_on():
        execute_due_runs.enqueue()
