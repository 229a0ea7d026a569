"""Which workers are alive: what `status`, `doctor` and the console say of the background."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models.functions import Now

from counterfoil.mirror import app_settings, claims
from counterfoil.mirror.claims import Claims
from counterfoil.mirror.models import WorkerProcess
from counterfoil.mirror.store import current_dialect

LIFE = Claims(timedelta(seconds=45), "holder", "alive_until")
BEAT_SECONDS = 10.0
"""A worker renews its row as often as this, so one that hangs counts as gone after three quarters of a minute."""
KEPT = timedelta(days=30)
"""How long the row of a killed worker is kept, to tell when one was last seen."""


@dataclass(frozen=True, slots=True)
class WorkerHealth:
    """How many workers are running, and when one was last seen; None where none ever was or all ended properly."""

    running: int
    last_seen_at: datetime | None

    @property
    def notice(self) -> str:
        """What that means for users where no worker is running; else empty."""
        if self.running:
            return ""
        if app_settings.task_queue_on():
            return "No worker is running: no automatic sync starts, and webhooks wait."
        return "No worker is running: nothing is synced or sent automatically, and webhooks wait."

    def as_json(self) -> dict[str, object]:
        return {"is_running": bool(self.running), "running": self.running, "last_seen_at": self.last_seen_at}


def beat() -> None:
    """Tell that the worker in this process is alive. It counts as gone when it stops doing so."""
    holder = claims.this_process()
    if not LIFE.renew(WorkerProcess.objects.filter(LIFE.held_by(holder)), seen_at=Now()):
        WorkerProcess.objects.create(started_at=Now(), seen_at=Now(), **LIFE.taken(holder))
        WorkerProcess.objects.filter(seen_at__lt=Now() - KEPT).delete()


def leave() -> None:
    """Tell that the worker in this process ends."""
    WorkerProcess.objects.filter(LIFE.held_by(claims.this_process())).delete()


def health() -> WorkerHealth:
    """Count the workers that are alive now, on this machine and on others."""
    alive = [
        holder
        for holder in WorkerProcess.objects.filter(LIFE.held()).values_list("holder", flat=True)
        if not claims.is_gone(holder)
    ]
    newest = WorkerProcess.objects.order_by("-seen_at").values_list("seen_at", flat=True).first()
    return WorkerHealth(len(alive), newest)


def notice() -> str:
    """Say that no worker is running and how to start one; empty where one is."""
    missing = health().notice
    return missing and f"{missing} {how_to_start()}"


def how_to_start() -> str:
    """Return which command starts a worker with this database."""
    if current_dialect().embedded:
        return "Start `counterfoil serve`, or `counterfoil worker` alone."
    return "Start `counterfoil worker`."
