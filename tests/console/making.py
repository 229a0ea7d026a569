"""Rows for tests, with sensible defaults."""

import json
from datetime import timedelta
from decimal import Decimal
from itertools import count
from typing import Any

from django.db import connection as database
from django.db import transaction
from django.utils import timezone

from counterfoil.connections import encryption
from counterfoil.ingest import customer_contacts
from counterfoil.mirror import vocabulary
from counterfoil.mirror.models import (
    Action,
    Allowance,
    Conflict,
    Connection,
    ContactPerson,
    Customer,
    Invoice,
    PendingEdit,
    Proposal,
    QuarantinedRecord,
    Run,
    RunKind,
    RunState,
    Source,
)
from counterfoil.normalize.spelling import spelled
from counterfoil.normalize.text import words
from counterfoil.webhooks.models import Delivery, DeliveryState, Endpoint

SECRET = "sesame-7f3a"
_numbers = count(1000)


def connection(name: str = "acme", **values: Any) -> Connection:
    """Make a Robaws connection with credentials that was never synced."""
    values.setdefault("settings", {"base_url": "https://upstream.invalid/api/v2"})
    values.setdefault("secrets", encryption.seal({"api_key": "the-key-55", "api_secret": SECRET}))
    made = Connection.objects.create(name=name, connector="robaws", **values)
    Allowance.objects.create(connection=made, daily_limit=10_000, daily_remaining=9_958)
    return made


def customer(of: Connection, name: str = "Garage Peeters", **values: Any) -> Customer:
    """Make a customer that searches find."""
    now = timezone.now()
    values.setdefault("external_id", str(next(_numbers)))
    moments = {"first_seen_at": now, "observed_at": now, "updated_at": now}
    made = Customer.objects.create(connection=of, name=name, **{**moments, **values})
    others = [*words(str(made.external_id)), *words(made.email or ""), *words(made.city or "")]
    with database.cursor() as cursor:
        if database.vendor == "postgresql":
            tokens = [*others, *(f"={word}" for word in words(name))]
            cursor.execute(
                "UPDATE counterfoil_customer SET search = array_to_tsvector(%s) WHERE id = %s", [tokens, made.pk]
            )
        else:
            cursor.execute(
                "INSERT INTO counterfoil_customer_search (rowid, name_words, other_words) VALUES (%s, %s, %s)",
                [made.pk, " ".join(words(name)), " ".join(others)],
            )
    return made


def vocabulary_of(of: Connection) -> None:
    """Give a connection the words of its customers, as ingest does."""
    rows = Customer.objects.filter(connection=of).values_list("name", "city")
    vocabulary.add(of.pk, set(spelled(word for row in rows for text in row for word in words(text))))
    vocabulary.index_new()


def contact_person(of: Customer, name: str = "An Peeters", **values: Any) -> ContactPerson:
    """Make a contact person of a customer."""
    now = timezone.now()
    values.setdefault("external_id", str(next(_numbers)))
    values.setdefault("customer_external_id", of.external_id)
    moments = {"first_seen_at": now, "observed_at": now, "updated_at": now}
    made = ContactPerson.objects.create(connection=of.connection, customer=of, name=name, **{**moments, **values})
    with transaction.atomic():
        customer_contacts.refresh_for(made)
    return made


def invoice(of: Customer | Connection, number: str | None = "INV-000001", **values: Any) -> Invoice:
    """Make an invoice, sent and due in a week. Without a customer it names one that is not here.

    `customer_name` is what its payload says.
    """
    now = timezone.now()
    today = timezone.localdate()
    if isinstance(of, Customer):
        values.setdefault("customer", of)
        values.setdefault("customer_external_id", of.external_id)
    name = values.pop("customer_name", of.name if isinstance(of, Customer) else None)
    usual: dict[str, Any] = {
        "external_id": str(next(_numbers)),
        "status": "sent",
        "date": today - timedelta(days=7),
        "due_date": today + timedelta(days=7),
        "currency": "EUR",
        "raw": json.dumps({} if name is None else {"customer_name": name}),
        "total": Decimal("121.00"),
        "balance": Decimal("121.00"),
        "first_seen_at": now,
        "observed_at": now,
        "updated_at": now,
    }
    connection = of.connection if isinstance(of, Customer) else of
    return Invoice.objects.create(connection=connection, number=number, **{**usual, **values})


def run(of: Connection, state: RunState = RunState.COMPLETED, **values: Any) -> Run:
    """Make a run, completed by default."""
    values.setdefault("kind", RunKind.FULL)
    values.setdefault("started_at", None if state == RunState.QUEUED else timezone.now())
    return Run.objects.create(connection=of, state=state, **values)


def stopped_run(of: Connection, records: int = 3) -> Run:
    """Make a run that needs approval."""
    made = run(
        of, RunState.NEEDS_APPROVAL, note=f"{records} of 4 customers would be marked as not found; the limit is 2."
    )
    Proposal.objects.bulk_create(
        Proposal(run=made, external_id=str(number), action=Action.VANISH, before=f"Firm {number}")
        for number in range(records)
    )
    return made


def import_problem(of: Connection, external_id: str | None = "77", **values: Any) -> QuarantinedRecord:
    """Make an import problem."""
    now = timezone.now()
    values.setdefault("key", f"id:{external_id}" if external_id else f"hash-{next(_numbers)}")
    values.setdefault("payload", b'{"id":"77","name":{"oops":true}}')
    values.setdefault("reason", "The name is an object instead of text.")
    return QuarantinedRecord.objects.create(
        connection=of, external_id=external_id, first_at=now, last_at=now, **values
    )


def delivery(of: Connection, state: DeliveryState = DeliveryState.APPLIED, **values: Any) -> Delivery:
    """Make a webhook about customer 77, received just now; processing took two seconds where it has ended."""
    now = timezone.now()
    waits = state in {DeliveryState.RECEIVED, DeliveryState.FAILED}
    usual: dict[str, Any] = {
        "event_id": f"e-{next(_numbers)}",
        "event": "client.updated",
        "resource": "customer",
        "external_id": "77",
        "received_at": now,
        "ticket": 1,
        "content_type": "application/json",
        "body": b'{"event":"client.updated","data":{"id":"77"}}',
    }
    made = {**usual, **values}
    if not waits:
        made.setdefault("ended_at", made["received_at"] + timedelta(seconds=2))
    return Delivery.objects.create(connection=of, state=state, **made)


def endpoint(of: Connection, host: str = "here.invalid", **values: Any) -> Endpoint:
    """Make an address that webhooks are sent to."""
    values.setdefault("sealed", encryption.seal({"secret": SECRET}))
    url = f"https://{host}/api/webhooks/robaws/customers"
    return Endpoint.objects.create(connection=of, url=url, made_at=timezone.now(), **values)


def edit(of: Customer, field: str = "city", **values: Any) -> PendingEdit:
    """Make an edit that waits to be sent."""
    usual: dict[str, Any] = {"base": None, "value": "Gent", "made_at": timezone.now()}
    return PendingEdit.objects.create(
        connection=of.connection, record_id=of.pk, field=field, **{**usual, **values}
    )


def conflict(of: Customer, **values: Any) -> Conflict:
    """Make an open conflict about an e-mail address; the other value came by a sync."""
    now = timezone.now()
    usual: dict[str, Any] = {
        "field": "email",
        "base": "old@example.com",
        "ours": "ours@example.com",
        "theirs": "theirs@example.com",
        "theirs_source": Source.RUN,
        "theirs_reference": 1,
        "theirs_at": now,
        "raised_at": now,
    }
    return Conflict.objects.create(connection=of.connection, record_id=of.pk, **{**usual, **values})
