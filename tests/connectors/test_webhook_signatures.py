"""Checking signatures as each upstream's contract says (Robaws section 6, Zoho Books section 6)."""

import base64
import hashlib
import hmac
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from counterfoil.connectors.page import Resource
from counterfoil.connectors.robaws.webhooks import RobawsWebhooks
from counterfoil.connectors.webhook_port import TOLERANCE, SignatureCheck, WebhookRequest
from counterfoil.connectors.zoho_books.webhooks import ZohoBooksWebhooks
from counterfoil.errors import BadRecord
from counterfoil_simulators.odd_payloads import SPOIL

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)
SECRETS = st.text(st.characters(codec="ascii", exclude_categories=["C"]), min_size=1, max_size=50)


def robaws(body: bytes, secret: str, moment: datetime = NOW, more: str = "") -> WebhookRequest:
    t = str(int(moment.timestamp()))
    v1 = hmac.new(secret.encode(), t.encode() + b"." + body, hashlib.sha256).hexdigest()
    return WebhookRequest({"robaws-signature": f"t={t},{more}v1={v1}"}, [], body)


@given(st.binary(max_size=200), SECRETS, st.integers(-1000, 1000))
def test_robaws_signatures_are_valid_for_five_minutes_either_way(body: bytes, secret: str, off: int) -> None:
    signed = RobawsWebhooks().check_signature(robaws(body, secret, NOW + timedelta(seconds=off)), secret, NOW)
    assert signed == (SignatureCheck.GOOD if abs(off) <= TOLERANCE.total_seconds() else SignatureCheck.MISDATED)


@given(st.binary(max_size=200), SECRETS, SECRETS)
def test_robaws_signatures_are_valid_only_with_their_own_secret(body: bytes, secret: str, other: str) -> None:
    assert RobawsWebhooks().check_signature(robaws(body, secret), other, NOW) == (
        SignatureCheck.GOOD if other == secret else SignatureCheck.WRONG
    )


@pytest.mark.parametrize("more", ["v0=00,", "scheme=x, ", "v1=" + "0" * 64 + ","])
def test_unknown_elements_of_a_robaws_signature_are_ignored(more: str) -> None:
    assert RobawsWebhooks().check_signature(robaws(b"{}", "s", more=more), "s", NOW) == SignatureCheck.GOOD


@pytest.mark.parametrize(
    "header", ["t=,v1=0", "t=1e9,v1=x", "t=-1,v1=x", "t=99999999999999999999,v1=x", "v1=x", "t=1"]
)
def test_a_malformed_robaws_header_is_never_valid(header: str) -> None:
    signed = RobawsWebhooks().check_signature(WebhookRequest({"robaws-signature": header}, [], b"{}"), "s", NOW)
    assert signed in {SignatureCheck.MISSING, SignatureCheck.WRONG}


@pytest.mark.parametrize("encode", [bytes.hex, lambda digest: base64.b64encode(digest).decode()])
def test_zoho_signs_the_sorted_pairs_of_the_address_then_the_body(encode: "object") -> None:
    """The example of the contract."""
    body = b'{"created_date":"2019-03-06","event_id":"5675"}'
    text = b"namebasicsubscription_id90343" + body
    digest = hmac.new(b"secret", text, hashlib.sha256).digest()
    query = [("subscription_id", "90343"), ("name", "basic")]
    given_ = encode(digest)  # type: ignore[operator]
    posted = WebhookRequest({"x-zoho-webhook-signature": given_}, query, body)
    assert ZohoBooksWebhooks().check_signature(posted, "secret", NOW) == SignatureCheck.GOOD
    assert (
        ZohoBooksWebhooks().check_signature(posted._replace(query=[("name", "other")]), "secret", NOW)
        == SignatureCheck.WRONG
    )


@pytest.mark.parametrize(
    ("body", "resource", "external_id"),
    [
        (b'{"contact":{"contact_id":"12","contact_type":"customer"}}', Resource.CUSTOMER, "12"),
        (b'{"invoice":{"invoice_id":34,"customer_id":"12"}}', Resource.INVOICE, "34"),
        (b'{"data":{"contact":{"contact_id":"12"}}}', Resource.CUSTOMER, "12"),
        (b'{"invoice_id":"34","contact_id":"12"}', Resource.INVOICE, "34"),
        (b'{"contact":{"contact_id":"12","contact_type":"vendor"}}', Resource.CUSTOMER, "12"),
    ],
)
def test_a_zoho_webhook_names_its_record(body: bytes, resource: Resource | None, external_id: str) -> None:
    told = ZohoBooksWebhooks().read_event(WebhookRequest({}, [], body))
    assert (told.resource, told.external_id) == (resource, external_id)
    assert told.unlisted == (b"vendor" in body), "a vendor is read only if it was a customer here"


@pytest.mark.parametrize("body", [b"", b"[]", b"{}", b'{"contact":{}}', b'{"a":{"b":{"c":{"contact_id":"1"}}}}'])
def test_a_zoho_body_without_a_record_is_rejected(body: bytes) -> None:
    with pytest.raises(BadRecord):
        ZohoBooksWebhooks().read_event(WebhookRequest({}, [], body))


@pytest.mark.parametrize("oddity", SPOIL)
def test_law_6_an_odd_record_in_a_webhook_is_known_by_its_id(oddity: str) -> None:
    client = SPOIL[oddity](b'{"id":"7","name":"Acme"}')
    event = RobawsWebhooks().read_event(robaws(b'{"id":"e","event":"client.updated","data":' + client + b"}", "s"))
    assert (event.event_id, event.resource, event.external_id) == ("e", Resource.CUSTOMER, "7")
    contact = SPOIL[oddity](b'{"contact_id":"460","contact_name":"Acme"}')
    for body in (b'{"contact":' + contact + b"}", b'{"data":{"contact":' + contact + b"}}", contact):
        read = ZohoBooksWebhooks().read_event(WebhookRequest({}, [], body))
        assert (read.resource, read.external_id) == (Resource.CUSTOMER, "460")


@pytest.mark.parametrize(
    "identity", [b'"7\\u0000"', b'"' + b"7" * 501 + b'"', b'"\\ud83d"', b"null", b"[7]", b"NaN"]
)
def test_a_webhook_about_an_id_that_cannot_be_stored_is_none(identity: bytes) -> None:
    with pytest.raises(BadRecord):
        RobawsWebhooks().read_event(
            robaws(b'{"id":"e","event":"client.updated","data":{"id":%b}}' % identity, "s")
        )
    with pytest.raises(BadRecord):
        ZohoBooksWebhooks().read_event(WebhookRequest({}, [], b'{"contact":{"contact_id":%b}}' % identity))
