"""The overview says whether the copy is true and fresh, and every tile leads to the list behind it."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from counterfoil.console.connections.health import staleness
from counterfoil.console.widgets.chart import Column, ceiling, stacked
from counterfoil.mirror import workers
from counterfoil.mirror.models import Change, Run, RunKind, RunState
from tests.console import making
from tests.console.asking import page
from tests.support.mirrored import Mirrored

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("age", "word"),
    [
        (None, "Never synced"),
        (timedelta(minutes=1), "Fresh"),
        (timedelta(hours=25), "Fresh"),
        (timedelta(hours=27), "Stale"),
        (timedelta(days=9), "Old"),
    ],
)
def test_a_copy_that_missed_its_syncs_says_so(age: timedelta | None, word: str) -> None:
    assert staleness(None if age is None else NOW - age, NOW)[0] == word


@given(st.floats(min_value=1e-6, max_value=1e12))
def test_an_axis_ends_at_a_round_number_just_above_the_highest_value(value: float) -> None:
    top = ceiling(value)
    assert value <= top <= value * 5.000001
    assert f"{top:e}"[0] in "125"


@given(st.lists(st.tuples(st.integers(0, 10**9), st.integers(0, 10**9)), max_size=30))
def test_no_bar_is_higher_than_its_chart(values: list[tuple[int, int]]) -> None:
    chart = stacked("Any", [Column(str(at), pair, "") for at, pair in enumerate(values)], ["one", "two"])
    assert len(chart.bars) == len(values)
    for bar in chart.bars:
        assert sum(piece.height for piece in bar.pieces) <= 100.02
    assert bool(chart.empty) == (not any(a or b for a, b in values))


def test_every_tile_links_to_its_list(boss: Client, mirror: Mirrored) -> None:
    mirror.sync()
    page = boss.get("/").content.decode()
    tiles = re.search(r'<dl class="cf-tiles">(.*?)</dl>', page, re.DOTALL)
    assert tiles is not None
    links = re.findall(r'href="([^"]+)"', tiles[1])
    assert len(links) >= 6
    for link in links:
        assert boss.get(link.replace("&amp;", "&")).status_code == 200, link
    assert ">250<" in tiles[1]
    assert "Fresh" in tiles[1]


def test_the_charts_match_the_tables(boss: Client, mirror: Mirrored) -> None:
    first = mirror.sync()
    mirror.sim.control.change(n=7)
    second = mirror.sync(full=True)
    changes = Change.objects.count()
    assert changes >= 7
    page = boss.get("/").content.decode()
    today = timezone.localdate()
    assert f"{today:%a %d %b}: 250 new customers, {changes} fields: sync run" in page
    assert f"{today:%a %d %b}: {first.api_calls + second.api_calls} API calls" in page
    assert page.count(f'href="/runs/{second.pk}/"') >= 2, "its bar and its line"


def test_a_dry_run_makes_no_copy_fresh(boss: Client, mirror: Mirrored) -> None:
    mirror.sync()
    Run.objects.update(finished_at=timezone.now() - timedelta(days=3))
    Run.objects.create(
        connection=mirror.connection,
        kind=RunKind.FULL,
        state=RunState.COMPLETED,
        options={"dry_run": True},
        finished_at=timezone.now(),
    )
    assert "Stale" in boss.get("/").content.decode()


@pytest.mark.parametrize("address", ["/", "/connections/", "/connections/{}/", "/customers/"])
def test_a_connection_with_a_missing_connector_says_so(boss: Client, address: str) -> None:
    gone = making.connection(name="old")
    making.customer(gone)
    gone.connector = "vanished"
    gone.save()
    answer = boss.get(address.format(gone.pk))
    assert answer.status_code == 200
    if "customer" not in address:
        assert "vanished" in answer.content.decode()


def test_a_failed_run_is_explained_on_its_connections_card(boss: Client) -> None:
    acme = making.connection()
    failed = making.run(acme, RunState.FAILED, error="Robaws does not accept this API key and secret.")
    assert f'runs/{failed.pk}/">Run {failed.pk}</a> failed. Robaws does not accept' in page(boss, "/")
    making.run(acme)
    assert "does not accept" not in page(boss, "/")


def test_the_overview_says_when_no_worker_is_running(viewer: Client, mirror: Mirrored) -> None:
    assert "No worker is running: nothing is synced or sent automatically" in page(viewer, "/")
    workers.beat()
    assert "No worker is running" not in page(viewer, "/")
