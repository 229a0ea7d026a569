"""Laws 5 and 8: a push may be killed anywhere; the next one looks up the outcome."""

import json
import subprocess
import sys
from collections import Counter
from typing import Any

import pytest

from counterfoil_simulators.robaws import RobawsSimulator
from tests.support.install import Install

SECONDS = 240


def killed_everywhere(install: Install, sim: RobawsSimulator, what: str) -> list[dict[str, Any]]:
    """Kill a push at every commit. Returns what each kill and the push after it have left."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.support.killed_push", sim.base_url, sim.api_key, sim.api_secret, what],
        env=install.environ(), capture_output=True, text=True, timeout=SECONDS, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-3000:]
    found = [json.loads(line) for line in done.stdout.splitlines() if line.startswith('{"point"')]
    assert len(found) > 8, "a push has more points than that"
    assert [one["killed"] for one in found] == [True] * (len(found) - 1) + [False]
    return found


@pytest.mark.parametrize("what", ["update", "create"])
def test_a_push_killed_at_any_commit_is_finished_by_the_next_without_repeats(
    install: Install, sim: RobawsSimulator, what: str
) -> None:
    found = killed_everywhere(install, sim, what)
    for one in found:
        left = {name: one[name] for name in ("edits", "conflicts", "unfinished", "rows", "state")}
        assert left == {"edits": 0, "conflicts": 0, "unfinished": 0, "rows": 1, "state": "present"}, one
        client = sim.control.client(one["external_id"])
        assert client["address"]["city"] == one["city"]
    carried_out = [write for write in sim.control.writes() if write["carried_out"]]
    method = "POST" if what == "create" else "PATCH"
    assert {write["method"] for write in carried_out} == {method}
    if what == "create":
        names = Counter(client["name"] for client in sim.control.clients())
        assert [names[f"Made {one['point']}"] for one in found] == [1] * len(found)
    else:
        assert set(Counter(write["path"] for write in carried_out).values()) == {1}


def test_law_8_a_deletion_killed_at_any_commit_is_finished_by_the_next_push(
    install: Install, sim: RobawsSimulator
) -> None:
    found = killed_everywhere(install, sim, "delete")
    for one in found:
        left = {name: one[name] for name in ("deletions", "conflicts", "unfinished", "state")}
        assert left == {"deletions": 0, "conflicts": 0, "unfinished": 0, "state": "tombstone"}, one
        assert one["external_id"] not in sim.control.ids()
    carried_out = [write for write in sim.control.writes() if write["carried_out"]]
    assert {write["method"] for write in carried_out} == {"DELETE"}
    assert set(Counter(write["path"] for write in carried_out).values()) == {1}


@pytest.mark.once
@pytest.mark.parametrize(("what", "method"), [("update_person", "PATCH"), ("create_person", "POST")])
def test_law_8_a_persons_push_killed_at_any_commit_is_finished_by_the_next(
    install: Install, sim: RobawsSimulator, what: str, method: str
) -> None:
    found = killed_everywhere(install, sim, what)
    for one in found:
        left = {name: one[name] for name in ("edits", "conflicts", "unfinished", "rows", "state")}
        assert left == {"edits": 0, "conflicts": 0, "unfinished": 0, "rows": 1, "state": "present"}, one
        there = [contact for contact in sim.control.contacts(one["owner"]) if contact["email"] == one["email"]]
        assert [str(contact["id"]) for contact in there] == [one["external_id"]], one
    carried_out = [write for write in sim.control.writes() if write["carried_out"]]
    assert {write["method"] for write in carried_out} == {method}
    assert len(carried_out) == len(found)
