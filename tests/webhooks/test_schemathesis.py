"""Requests generated from the endpoints' schema get the answers that it specifies, and store nothing."""

from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, settings

from counterfoil.webhooks.models import Delivery
from tests.webhooks.openapi import SCHEMA
from tests.webhooks.test_receiving import Receiver, receiver

__all__ = ["receiver"]
pytestmark = pytest.mark.django_db(transaction=True)
endpoints = schemathesis.openapi.from_dict(SCHEMA)


@endpoints.parametrize()
@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.filter_too_much],
)
def test_generated_requests_are_answered_as_the_schema_says(
    case: schemathesis.Case[Any], receiver: Receiver
) -> None:
    answer = case.call(base_url=receiver.base)
    case.validate_response(answer)
    assert answer.status_code < 500
    assert not Delivery.objects.exists()
