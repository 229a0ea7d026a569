"""What a tool makes up from the endpoints' own description is answered as described, and leaves nothing behind."""

from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, settings

from counterfoil.webhooks.models import Delivery
from tests.webhooks.openapi import SCHEMA
from tests.webhooks.test_receiving import Endpointed, here

__all__ = ["here"]
pytestmark = pytest.mark.django_db(transaction=True)
endpoints = schemathesis.openapi.from_dict(SCHEMA)


@endpoints.parametrize()
@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.filter_too_much],
)
def test_whatever_is_made_up_is_answered_as_described(case: schemathesis.Case[Any], here: Endpointed) -> None:
    answer = case.call(base_url=here.base)
    case.validate_response(answer)
    assert answer.status_code < 500
    assert not Delivery.objects.exists()
