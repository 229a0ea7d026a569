"""Who may only look presses nothing: no button is shown, and its address refuses."""

import pytest
from django.test import Client

from counterfoil.mirror.models import Run, RunState
from tests.console import making
from tests.console.asking import page

pytestmark = pytest.mark.django_db


def test_a_viewer_cannot_press_any_button(viewer: Client) -> None:
    connection = making.connection()
    customer = making.customer(connection)
    run = making.stopped_run(connection)
    buttons = [
        f"/mirror/connection/{connection.pk}/sync/",
        f"/mirror/connection/{connection.pk}/full/",
        f"/mirror/connection/{connection.pk}/check/",
        f"/mirror/connection/{connection.pk}/change/",
        f"/mirror/customer/{customer.pk}/sync/",
        f"/mirror/run/{run.pk}/approve/",
        f"/mirror/run/{run.pk}/cancel/",
    ]
    for address in buttons:
        assert viewer.post(address, {"country": "NL"}).status_code == 403, address
    assert [found.state for found in Run.objects.all()] == [RunState.NEEDS_APPROVAL]
    pages = [
        "/",
        f"/mirror/connection/{connection.pk}/change/",
        f"/mirror/customer/{customer.pk}/change/",
        f"/mirror/run/{run.pk}/change/",
    ]
    for address in pages:
        shown = page(viewer, address)
        assert not [button for button in buttons if f'action="{button}"' in shown], address
        assert f"/mirror/run/{run.pk}/approve/" not in shown
        assert 'name="country"' not in shown


def test_a_viewer_sees_the_settings_without_a_form(viewer: Client) -> None:
    connection = making.connection(
        settings={"base_url": "https://upstream.invalid", "rate": 3.0, "guard_share": 0.1}
    )
    shown = page(viewer, f"/mirror/connection/{connection.pk}/change/")
    for words in ("<dt>Default country</dt><dd>BE</dd>", "<dd>3</dd>", "<dd>500 calls</dd>", "<dd>10%</dd>"):
        assert words in shown
    assert "stored encrypted" in shown


def test_nobody_presses_without_a_token(viewer: Client) -> None:
    connection = making.connection()
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = viewer.cookies
    assert strict.post(f"/mirror/connection/{connection.pk}/sync/").status_code == 403
    assert not Run.objects.exists()


def test_nobody_presses_without_a_login(client: Client) -> None:
    connection = making.connection()
    answer = client.post(f"/mirror/connection/{connection.pk}/sync/")
    assert answer.status_code == 302
    assert answer["Location"].startswith("/login/")
    assert not Run.objects.exists()


def test_a_stranger_sees_nothing(stranger: Client) -> None:
    connection = making.connection()
    customer = making.customer(connection)
    run = making.run(connection)
    for address in (
        "/mirror/customer/",
        f"/mirror/customer/{customer.pk}/change/",
        f"/mirror/run/{run.pk}/change/",
        f"/mirror/run/{run.pk}/live/",
        f"/mirror/connection/{connection.pk}/change/",
        "/mirror/setaside/",
    ):
        assert stranger.get(address).status_code == 403, address
    assert connection.name not in page(stranger, "/")
    assert connection.name not in page(stranger, "/live/")
