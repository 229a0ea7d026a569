"""Law 6, the front door: what anybody can send, and whether people and webhooks are still answered."""

import pytest
from rich.console import Console

from tests.server import attacks
from tests.server.board import look, served, show
from tests.server.raw_http import fetch
from tests.support.install import Install


@pytest.mark.once
def test_a_signed_webhook_in_chunks_is_received(install: Install) -> None:
    with served(install, customers=0) as target:
        reply = fetch(target.port, target.signed(in_chunks=True))
    assert (reply.status, reply.body) == (200, b'{"status":"received"}')


@pytest.mark.long
def test_law_6_the_front_door_stands_under_every_attack_of_the_board(
    install: Install, capsys: pytest.CaptureFixture[str]
) -> None:
    with served(install) as target:
        lines = [look(which, target) for which in attacks.ATTACKS]
    with capsys.disabled():
        show(lines, Console(width=150))
    fallen = [line.attack.sent for line in lines if not line.stands]
    assert not fallen
