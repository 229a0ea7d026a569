"""Customers that were not found for a month are counted on the connection, with the list behind the number."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from counterfoil.mirror.models import State
from tests.console import making
from tests.console.asking import page

pytestmark = [pytest.mark.django_db, pytest.mark.once]


def test_a_connection_counts_and_lists_what_was_not_found_for_a_month(viewer: Client) -> None:
    acme = making.connection()
    now = timezone.now()
    making.customer(acme, name="Long gone", state=State.MISSING, state_at=now - timedelta(days=31))
    making.customer(acme, name="Just gone", state=State.MISSING, state_at=now - timedelta(days=29))
    shown = page(viewer, f"/connections/{acme.pk}/")
    address = f"?connection={acme.pk}&amp;state=missing_for_long"
    assert f'{address}">1 customer</a> not found for over 30 days.' in shown
    listed = page(viewer, f"/customers/?connection={acme.pk}&state=missing_for_long")
    assert ("Long gone" in listed, "Just gone" in listed) == (True, False)
    assert "Not found for over 30 days" in listed
