"""An id that answers with another customer is shown on both pages and by `customers show`, with the way there."""

import pytest
from django.test import Client
from django.urls import reverse

from counterfoil.cli import customer_text
from counterfoil.mirror.models import Customer, State
from tests.console import making
from tests.console.asking import page

pytestmark = [pytest.mark.django_db, pytest.mark.once]


def address(customer: Customer) -> str:
    return reverse("admin:counterfoil_mirror_customer_change", args=[customer.pk])


def test_both_customers_of_a_merge_upstream_name_each_other(viewer: Client) -> None:
    acme = making.connection()
    survivor = making.customer(acme, name="Peeters NV")
    merged = making.customer(acme, name="Peeters", state=State.UNLISTED, answered_by=survivor.external_id)
    shown = page(viewer, f"/customers/{merged.pk}/")
    assert f'<a href="{address(survivor)}">Peeters NV</a>' in shown
    assert f"for id {merged.external_id}: the two were probably merged there" in shown
    other = page(viewer, f"/customers/{survivor.pk}/")
    assert "Also answers for" in other
    assert f'<a href="{address(merged)}">Peeters</a>' in other
    assert customer_text.answered_ids(merged) == {"answered_by": survivor.external_id, "answers_for": []}
    assert customer_text.answered_ids(survivor) == {"answered_by": None, "answers_for": [merged.external_id]}


def test_an_answering_customer_that_is_not_in_this_copy_is_named_by_its_id(viewer: Client) -> None:
    merged = making.customer(making.connection(), state=State.UNLISTED, answered_by="99")
    shown = page(viewer, f"/customers/{merged.pk}/")
    assert "answers with another customer (id 99)" in shown
