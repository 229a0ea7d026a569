"""Law 6, the front door: what anybody can send, and whether people and webhooks are still answered."""

from collections.abc import Callable
from io import StringIO

import pytest
from rich.console import Console

from tests.server import attacks
from tests.server.board import look, served, show
from tests.server.raw_http import fetch
from tests.support.install import Install
from tests.support.printed import PRINTED


@pytest.mark.once
def test_a_signed_webhook_in_chunks_is_received(install: Install) -> None:
    with served(install, customers=0) as target:
        reply = fetch(target.port, target.signed(in_chunks=True))
    assert (reply.status, reply.body) == (200, b'{"status":"received"}')


@pytest.mark.long
def test_law_6_the_front_door_stands_under_every_attack_of_the_board(
    install: Install, record_property: Callable[[str, object], None]
) -> None:
    with served(install) as target:
        lines = [look(which, target) for which in attacks.ATTACKS]
    board = StringIO()
    show(lines, Console(file=board, width=150))
    record_property(PRINTED, board.getvalue())
    fallen = [line.attack.sent for line in lines if not line.stands]
    assert not fallen
