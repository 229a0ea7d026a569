"""Peak memory of a command with all its processes, from Linux's /proc; 0 on other systems."""

import subprocess
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path

INTERVAL = 0.25
PROC = Path("/proc")


def run(command: Sequence[str], environment: dict[str, str]) -> tuple[subprocess.CompletedProcess[str], int]:
    """Run a command to its end. Returns its result, and the sum of its processes' peaks in MiB."""
    process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    peaks: dict[int, int] = {}
    over = threading.Event()
    watcher = threading.Thread(target=_watch, args=(process.pid, peaks, over))
    watcher.start()
    stdout, stderr = process.communicate()
    over.set()
    watcher.join()
    done = subprocess.CompletedProcess(command, process.returncode, stdout, stderr)
    return done, sum(peaks.values()) // 1024


def _watch(root: int, peaks: dict[int, int], over: threading.Event) -> None:
    while not over.wait(INTERVAL):
        for pid in _tree(root):
            peaks[pid] = max(peaks.get(pid, 0), _peak(pid))


def _tree(pid: int) -> Iterator[int]:
    yield pid
    for children in PROC.glob(f"{pid}/task/*/children"):
        for child in _read(children).split():
            yield from _tree(int(child))


def _peak(pid: int) -> int:
    """Return VmHWM in KiB: the greatest memory of a process so far."""
    for line in _read(PROC / str(pid) / "status").splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1])
    return 0


def _read(path: Path) -> str:
    try:
        return path.read_text()
    except OSError:  # the process is over
        return ""
