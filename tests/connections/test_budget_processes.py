"""Law 7, one budget per allowance: four processes, all kinds of work, the upstream's real limits, no 429."""

import json
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from counterfoil.connectors.priority import Priority
from counterfoil_simulators.robaws import RobawsSimulator
from counterfoil_simulators.zoho_books import ZohoBooksSimulator
from tests.support.install import Install

PERSON, DELIVERY, PUSH, RUN = Priority.PERSON, Priority.DELIVERY, Priority.PUSH, Priority.RUN
CHECK = 1
"""The call that checks a new connection."""
CLAIM = 1.0
"""Seconds for which a claim holds after its call's wait is over."""


@dataclass
class Caller:
    """A process to start: its priority, threads and calls (0: until others are done), how many calls of others it
    awaits before each of its own, and how many before the first.
    """

    priority: Priority
    threads: int = 1
    calls: int = 0
    others: int = 0
    first: int = 0


@dataclass(frozen=True)
class Turn:
    """One call, by its tickets."""

    granted: int
    asked: int
    priority: Priority


@dataclass(frozen=True)
class Decision:
    """What the bucket decided on one try of a call, at a Unix time; `wait` is in seconds."""

    at: float
    call: str
    wait: float
    granted: bool
    priority: Priority


def together(install: Install, name: str, callers: Sequence[Caller]) -> tuple[list[Turn], list[Decision]]:
    """Let them call at once. Returns their calls and the bucket's decisions, each in their order."""
    started = [(caller, _start(install, name, caller, len(callers))) for caller in callers]
    turns: list[Turn] = []
    decisions: list[Decision] = []
    for caller, process in started:
        printed, complaint = process.communicate(timeout=110)
        assert process.returncode == 0, complaint
        found = json.loads(printed)
        turns += [Turn(granted, asked, caller.priority) for asked, granted in found["turns"]]
        decisions += [
            Decision(at, call, wait, granted, caller.priority) for at, call, wait, granted in found["decisions"]
        ]
    return sorted(turns, key=lambda turn: turn.granted), sorted(decisions, key=lambda decision: decision.at)


def count_overtakes(decisions: Sequence[Decision]) -> int:
    """Count the calls of runs that were let through while a click's claim held."""
    claims: dict[str, float] = {}
    overtakes = 0
    for decision in decisions:
        if decision.priority == PERSON and not decision.granted:
            claims[decision.call] = decision.at + decision.wait + CLAIM
        elif decision.priority == PERSON:
            claims.pop(decision.call, None)
        elif decision.granted:
            overtakes += any(until > decision.at + 0.001 for until in claims.values())
    return overtakes


def _start(install: Install, name: str, caller: Caller, processes: int) -> "subprocess.Popen[str]":
    numbers = map(str, (processes, caller.threads, caller.calls, caller.others, caller.first))
    return subprocess.Popen(
        [sys.executable, "-m", "tests.support.caller", name, caller.priority, str(install.folder), *numbers],
        env=install.environ(), cwd=Path(__file__).parents[2], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        text=True,
    )  # fmt: skip


def most_in(seconds: float, requests: Sequence[dict[str, Any]]) -> int:
    """Return the most requests that the upstream received in any period of this length."""
    moments: list[float] = sorted(request["at"] for request in requests)
    return max(sum(first <= at < first + seconds for at in moments) for first in moments)


def usage(install: Install) -> dict[str, int]:
    """Read the calls counted in the database, by kind."""
    return dict(install.sql("SELECT kind, sum(calls) FROM counterfoil_usage GROUP BY kind"))


def by_kind(turns: Sequence[Turn]) -> dict[str, int]:
    """Count the calls of the processes by kind, and the check of the connection."""
    made = {kind.value: sum(turn.priority == kind for turn in turns) for kind in Priority}
    made["person"] += CHECK
    return {kind: calls for kind, calls in made.items() if calls}


@pytest.fixture
def robaws() -> Iterator[RobawsSimulator]:
    """Simulate the real limits: 15 a second, bursts of 20."""
    with RobawsSimulator(customers=30, seed=5, daily_reset="rolling") as simulator:
        yield simulator


@pytest.fixture
def zoho() -> Iterator[ZohoBooksSimulator]:
    """Simulate the real limits: 100 in any minute, or the organisation is blocked for half an hour."""
    with ZohoBooksSimulator(contacts=30, seed=5) as simulator:
        yield simulator


def connect_zoho(install: Install, zoho: ZohoBooksSimulator) -> None:
    done = install.run(
        "connect", "zoho-books", "--name", "books", "--accounts-url", zoho.accounts_url, "--client-id",
        zoho.client_id, "--client-secret", zoho.client_secret, "--refresh-token", zoho.refresh_token,
        "--organization", zoho.organization_ids[0],
    )  # fmt: skip
    assert done.returncode == 0, done.stderr


def check_robaws(install: Install, robaws: RobawsSimulator, turns: Sequence[Turn]) -> None:
    """Check that no period had too many calls, and that every call was counted."""
    stats = robaws.control.stats()
    assert stats["refused"] == 0
    assert stats["by_status"] == {"200": len(turns) + CHECK}
    assert stats["max_per_second"] <= 20 + 15
    requests = robaws.control.requests()
    for seconds in (0.5, 1.0, 2.0, 5.0):
        assert most_in(seconds, requests) <= 20 + 15 * seconds
    assert usage(install) == by_kind(turns)
    assert install.sql("SELECT incidents, daily_remaining FROM counterfoil_allowance") == [
        (0, 10_000 - len(turns) - CHECK)
    ]


def test_a_click_waits_only_for_its_token_while_three_runs_drain_it(
    install: Install, robaws: RobawsSimulator
) -> None:
    """Nine threads of runs wait at any time: without priorities each click would come after about nine of them.

    The promise begins once the bucket has seen a click: then no run goes first. How many runs go while the click
    is on its way there depends on the machine's load; it stays well below nine.
    """
    install.connect(robaws, "acme", "--daily-reserve", "100")
    turns, decisions = together(
        install, "acme", [Caller(PERSON, calls=8, others=9), *[Caller(RUN, threads=3)] * 3]
    )
    check_robaws(install, robaws, turns)
    clicks = [turn for turn in turns if turn.priority == PERSON]
    assert len(clicks) == 8
    assert len(turns) >= 8 * 9, "the runs went on all the time"
    before = [
        sum(click.asked < turn.granted < click.granted and turn.priority == RUN for turn in turns)
        for click in clicks
    ]
    assert sum(before) <= 9 / 2 * len(clicks), before
    assert count_overtakes(decisions) == 0


def test_the_last_calls_of_a_day_are_for_people_and_no_more_are_made(
    install: Install, robaws: RobawsSimulator
) -> None:
    day, reserve = 90, 25
    robaws.control.switch(daily_limit_live=day, rate=None)
    install.connect(robaws, "acme", "--daily-reserve", str(reserve), "--rate", "60")
    work = [Caller(DELIVERY, threads=2), Caller(PUSH, threads=2), Caller(RUN, threads=2)]
    turns, _ = together(install, "acme", [Caller(PERSON, threads=2, first=10), *work])
    stats = robaws.control.stats()
    assert stats["by_status"] == {"200": day}, "all of it was used, and no call was refused"
    assert stats["daily_used"]["live"] == day
    assert len(turns) == day - CHECK
    assert {turn.priority for turn in turns[-reserve:]} == {PERSON}
    assert {turn.priority for turn in turns[:10]} <= {DELIVERY, PUSH, RUN}, "until people came"
    assert usage(install) == by_kind(turns)
    (today,) = [connection["calls_today"] for connection in install.json("status", "--json")["connections"]]
    assert (today["used"], today["others"]) == (day, 0)


def test_all_work_together_stays_below_zohos_hundred_in_a_minute(
    install: Install, zoho: ZohoBooksSimulator
) -> None:
    """Takes less than a minute: the calls of five seconds show how many there would be in sixty."""
    connect_zoho(install, zoho)
    turns, _ = together(
        install, "books", [Caller(PERSON, calls=2, others=5), Caller(DELIVERY), Caller(PUSH), Caller(RUN, 2)]
    )
    stats = zoho.control.stats()
    assert stats["refused"] == 0
    assert usage(install) == by_kind(turns)
    burst, rate, transit = 5, 1.5, 1.0
    assert burst + rate * (60 + transit) <= 100
    assert most_in(5, zoho.control.requests()) <= burst + rate * (5 + transit)


@pytest.mark.long
def test_over_a_minute_all_work_stays_below_zohos_limit(install: Install, zoho: ZohoBooksSimulator) -> None:
    connect_zoho(install, zoho)
    turns, _ = together(
        install, "books", [Caller(PERSON, calls=12, others=8), Caller(DELIVERY), Caller(RUN, 3), Caller(RUN, 3)]
    )
    assert zoho.control.stats()["refused"] == 0
    requests = [request for request in zoho.control.requests() if "/books/" in request["path"]]
    assert len(requests) == len(turns) + CHECK > 100
    assert most_in(60, requests) <= 100
    assert usage(install) == by_kind(turns)


@pytest.mark.long
def test_over_a_minute_all_work_stays_below_robaws_limits(install: Install, robaws: RobawsSimulator) -> None:
    install.connect(robaws, "acme", "--daily-reserve", "100")
    callers = [Caller(PERSON, calls=60, others=10), Caller(DELIVERY), Caller(PUSH, 2), Caller(RUN, threads=4)]
    turns, _ = together(install, "acme", callers)
    check_robaws(install, robaws, turns)
    assert len(turns) > 600
