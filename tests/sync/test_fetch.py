"""Memory stays flat: few big pages are fetched ahead and handed out at once, many small ones."""

import threading
from pathlib import Path

import pytest

from counterfoil.connectors.page import Item, Page, PageRequest
from counterfoil.sync import fetch
from counterfoil.sync.fetch import Fetcher, PagePlan
from counterfoil_simulators.robaws import RobawsSimulator
from tests.support.install import Install

PAGES = 12


class BigPages:
    """A collection whose pages have so many bytes; `most_ahead` is how many were fetched and not handed out."""

    def __init__(self, length: int) -> None:
        self.most_ahead = 0
        self.handed_out = 0
        self._raw = b" " * length
        self._fetched = 0
        self._lock = threading.Lock()

    def fetch(self, request: PageRequest) -> Page:
        with self._lock:
            self._fetched += 1
            self.most_ahead = max(self.most_ahead, self._fetched - self.handed_out)
        items = [Item(str(request.number), None, b"", self._raw)] if request.number < PAGES else []
        return Page(request.number, request.number, items, total=PAGES)


@pytest.mark.parametrize(
    ("length", "ahead", "at_once"),
    [(1000, 8, PAGES + 1), (fetch.BATCH_BYTES, 4, 1), (3 * fetch.BYTES_AHEAD, 1, 1)],
)
def test_fewer_pages_are_fetched_ahead_and_written_together_the_bigger_they_are(
    length: int, ahead: int, at_once: int
) -> None:
    pages = BigPages(length)
    fetcher = Fetcher(pages, PagePlan(1), request=PageRequest(0, 1), parallel=4)  # type: ignore[arg-type]
    batches = []
    for batch in fetcher.batches(PAGES + 1):
        batches.append([page.number for page in batch])
        pages.handed_out += len(batch)
    assert sorted(number for batch in batches for number in batch) == list(range(PAGES + 1))
    assert max(map(len, batches)) <= at_once
    assert pages.most_ahead <= ahead + at_once


def test_pages_that_repeat_one_another_and_promise_more_end_the_listing() -> None:
    class SamePage(BigPages):
        def fetch(self, request: PageRequest) -> Page:
            return Page(request.number, request.number, [Item("1", None, b"", b"{}")], last=False)

    fetcher = Fetcher(SamePage(0), PagePlan(1), request=PageRequest(0, 1))  # type: ignore[arg-type]
    assert sum(len(batch) for batch in fetcher.batches(1)) == 2


@pytest.mark.long
@pytest.mark.timeout(600)
def test_1500_records_of_200_kb_are_mirrored_and_changed_within_600_mb(install: Install) -> None:
    with RobawsSimulator(1500, seed=7, rate=None) as sim:
        install.connect(sim)
        for letter in "xy":
            sim.control.change(sim.control.ids(), fields={"remarks": letter * 200_000})
            syncing, peak = install.start("sync", "acme", "--full"), 0
            while syncing.poll() is None:
                status = Path(f"/proc/{syncing.pid}/status").read_text(encoding="ascii")
                peak = max([peak, *(int(line.split()[1]) for line in status.splitlines() if "VmHWM" in line)])
            assert syncing.returncode == 0, syncing.communicate()
            assert peak < 600 * 1024
