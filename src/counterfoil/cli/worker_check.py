"""`doctor`'s check of the background: whether a worker is running, and what waits for one."""

from datetime import datetime, timedelta

from counterfoil.errors import NotPossibleNow

PATIENCE = timedelta(minutes=2)
"""Work that is due for longer than this waits for a worker that is missing, not for its turn."""


def describe() -> str:
    """Tell whether a worker is running. Raises NotPossibleNow where none is and work has been waiting for one."""
    from django.utils import timezone

    from counterfoil.mirror import workers

    health = workers.health()
    if not health.notice:
        return f"{health.running} running" if health.running > 1 else "running"
    waiting = waiting_work(timezone.now() - PATIENCE)
    if waiting:
        raise NotPossibleNow(f"{health.notice} Waiting: {', '.join(waiting)}.", workers.how_to_start())
    return f"none is running, and nothing waits for one. {workers.how_to_start()}"


def is_running() -> bool:
    from counterfoil.mirror import workers

    return workers.health().running > 0


def waiting_work(before: datetime) -> list[str]:
    """Describe what has been waiting for a worker since before then, by kind."""
    from counterfoil.mirror import app_settings
    from counterfoil.mirror.models import Run, RunState, Schedule, of_active_connection
    from counterfoil.webhooks import queue

    runs = Run.objects.filter(of_active_connection(), state=RunState.QUEUED, created_at__lt=before).count()
    deliveries = queue.due().filter(received_at__lt=before).count()
    schedules = (
        Schedule.objects.filter(of_active_connection(), is_on=True, next_at__lt=before).count()
        if app_settings.schedules_on()
        else 0
    )
    counts = ((runs, "run"), (deliveries, "webhook"), (schedules, "automatic sync"))
    return [f"{count:,} {noun}{'s' if count != 1 else ''}" for count, noun in counts if count]
