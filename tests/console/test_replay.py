"""Webhooks worked on once more: one, those that are ticked, or everything that a filter leaves."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from counterfoil.mirror.models import Connection
from counterfoil.webhooks import queue
from counterfoil.webhooks.models import Delivery, DeliveryState
from tests.console import making
from tests.console.asking import notice, page

pytestmark = pytest.mark.django_db
LIST = "/webhooks/"
REPLAY = f"{LIST}replay/"


@pytest.fixture
def acme() -> Connection:
    return making.connection()


def states() -> dict[str, int]:
    """How many are in each state."""
    found = list(Delivery.objects.values_list("state", flat=True))
    return {state: found.count(state) for state in set(found)}


def agree(client: Client, data: dict[str, object]) -> tuple[str, str]:
    """Return the question, and the answer after confirming it."""
    asked = client.post(REPLAY, data)
    assert asked.status_code == 200, asked
    sealed = asked.context["sealed"]
    return asked.content.decode(), notice(client, REPLAY, {"selection": sealed})


def test_a_webhook_is_replayed_by_its_button(boss: Client, acme: Connection) -> None:
    dead = making.delivery(acme, DeliveryState.DEAD, tries=10, reason="No answer.")
    said = notice(boss, f"{LIST}{dead.pk}/replay/")
    assert f"Webhook {dead.pk} will be processed again" in said
    dead.refresh_from_db()
    assert (dead.state, dead.tries, dead.reason, dead.ended_at) == (DeliveryState.RECEIVED, 0, "", None)


@pytest.mark.parametrize(
    ("state", "claim", "why"),
    [
        (DeliveryState.IGNORED, "", "it is about something that Counterfoil does not copy"),
        (DeliveryState.RECEIVED, "", "it is still being processed"),
        (DeliveryState.FAILED, "1/a", "it is still being processed"),
    ],
)
def test_a_refused_replay_says_why(
    boss: Client, acme: Connection, state: DeliveryState, claim: str, why: str
) -> None:
    made = making.delivery(acme, state, claim=claim)
    assert why in notice(boss, f"{LIST}{made.pk}/replay/")
    assert states() == {state: 1}


def test_ticked_rows_are_replayed_after_a_confirmation(boss: Client, acme: Connection) -> None:
    ticked = [making.delivery(acme, DeliveryState.DEAD).pk for _ in range(2)]
    ticked.append(making.delivery(acme, DeliveryState.IGNORED).pk)
    making.delivery(acme, DeliveryState.DEAD)
    asked = boss.post(REPLAY, {"whole": "1", "pick": ticked}).content.decode()
    assert "Replay 2 webhooks?" in asked
    assert "1 more is left out" in asked
    assert states() == {"dead": 3, "ignored": 1}, "nothing happens before it is agreed to"
    _, said = agree(boss, {"whole": "1", "pick": ticked})
    assert "2 webhooks will be processed again" in said
    assert states() == {"received": 2, "dead": 1, "ignored": 1}


def test_all_matches_of_a_filter_are_replayed_with_their_exact_count(
    boss: Client, acme: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queue, "ROWS_PER_TRANSACTION", 25)
    Delivery.objects.bulk_create(
        Delivery(connection=acme, state="dead", event_id=str(number), received_at=timezone.now(), ticket=1)
        for number in range(1_260)
    )
    making.delivery(acme)
    making.delivery(making.connection("other"), DeliveryState.DEAD)
    query = {"connection": str(acme.pk), "state": "dead", "since": "7"}
    shown = page(boss, LIST + "?" + "&".join(f"{name}={value}" for name, value in query.items()))
    assert "Select all <b>1,000+</b> matching" in shown
    sent = dict(re.findall(r'type="hidden" name="(connection|state|since|whole)" value="([^"]*)"', shown))
    assert sent == {**query, "whole": "1"}
    asked, said = agree(boss, {**sent, "all": "1"})
    assert "Replay 1,260 webhooks?" in asked
    assert "1,260 webhooks will be processed again" in said
    assert states() == {"received": 1_260, "applied": 1, "dead": 1}


def test_webhooks_that_arrive_after_the_question_are_left_out(boss: Client, acme: Connection) -> None:
    making.delivery(acme, DeliveryState.DEAD)
    sealed = boss.post(REPLAY, {"whole": "1", "all": "1"}).context["sealed"]
    making.delivery(acme, DeliveryState.DEAD)
    assert "1 webhook will be processed again" in notice(boss, REPLAY, {"selection": sealed})
    assert states() == {"received": 1, "dead": 1}
    assert "0 webhooks will be processed again" in notice(boss, REPLAY, {"selection": sealed})


def test_a_record_and_a_period_narrow_a_replay(boss: Client, acme: Connection) -> None:
    old = timezone.now() - timedelta(days=20)
    making.delivery(acme, external_id="1", received_at=old)
    making.delivery(acme, external_id="1")
    making.delivery(acme, external_id="2")
    asked, _ = agree(boss, {"whole": "1", "all": "1", "q": "1", "since": "7"})
    assert "Replay 1 webhook?" in asked
    assert set(Delivery.objects.filter(state="received").values_list("external_id", flat=True)) == {"1"}


@pytest.mark.parametrize("data", [{}, {"all": "1"}, {"pick": ["x", "9" * 30, "-1", "0"]}, {"selection": "a:b:c"}])
def test_an_empty_choice_replays_nothing(boss: Client, acme: Connection, data: dict[str, object]) -> None:
    making.delivery(acme, DeliveryState.DEAD)
    answer = boss.post(REPLAY, {**data, "state": "dead"}, follow=True)
    assert answer.redirect_chain[0][0] == f"{LIST}?state=dead"
    assert "Tick at least one webhook" in answer.content.decode()
    assert states() == {"dead": 1}


def test_a_list_with_an_unknown_filter_cannot_be_selected_whole(boss: Client, acme: Connection) -> None:
    for _ in range(60):
        making.delivery(acme, DeliveryState.DEAD)
    shown = page(boss, f"{LIST}?event=client.updated")
    assert 'name="whole"' not in shown
    assert "Select all" not in shown


def test_the_list_after_a_replay_shows_the_results(boss: Client, acme: Connection) -> None:
    making.delivery(acme, DeliveryState.DEAD)
    sealed = boss.post(REPLAY, {"whole": "1", "all": "1", "state": "dead", "since": "7"}).context["sealed"]
    assert boss.post(REPLAY, {"selection": sealed})["Location"] == f"{LIST}?since=7"
