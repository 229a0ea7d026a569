"""A worker with a moved clock, which waits before each firing until WORKERS workers have seen that it is due.

python -m tests.support.late_worker MOMENT FOLDER WORKERS

The result of each firing is a file in the folder for each worker and schedule, with "fired" or "not".
"""

import os
import sys
from datetime import datetime
from pathlib import Path

import time_machine

from counterfoil.cli.ready import ready
from tests.support.patience import until


def main(moment: str, folder: Path, workers: int) -> None:
    """Work until the process is stopped."""
    time_machine.travel(datetime.fromisoformat(moment), tick=True).start()
    ready()
    from counterfoil.cli.worker import worker
    from counterfoil.mirror.models import Schedule
    from counterfoil.worker import scheduler

    real = scheduler._fire

    def fire(schedule: Schedule, now: datetime) -> bool:
        name = f"{schedule.kind}-{schedule.next_at:%Y%m%d}"
        mine = folder / f"{name}-{os.getpid()}"
        mine.touch()
        until(lambda: len(list(folder.glob(f"{name}-*"))) >= workers)
        fired = real(schedule, now)
        mine.write_text("fired" if fired else "not")
        return fired

    scheduler._fire = fire
    worker()


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]))
