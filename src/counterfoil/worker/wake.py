"""Waking a worker at once. What is to be done stands in our own tables, and a worker looks there every second.

Where a task queue is set (`COUNTERFOIL_TASKS_BACKEND`, by Django's Tasks API) its workers are told as well; a
message that is lost costs a second, no work.
"""

from django.db import transaction
from django.tasks import task

from counterfoil.mirror import app_settings
from counterfoil.worker import queue


@task()
def work_off() -> int:
    """Carry out the runs that wait. Returns how many were taken up."""
    return queue.work_off()


def nudge() -> None:
    """Wake a worker once the present transaction is committed."""
    transaction.on_commit(_enqueue)


def _enqueue() -> None:
    if app_settings.task_queue_on():
        work_off.enqueue()
