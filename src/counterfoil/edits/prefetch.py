"""Read a customer's details before somebody edits a field that only the details have."""

from collections.abc import Collection
from contextlib import suppress

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction

from counterfoil.connectors.page import Resource
from counterfoil.errors import CounterfoilError
from counterfoil.mirror import details
from counterfoil.mirror.models import Customer, Run, RunKind
from counterfoil.runs import lease
from counterfoil.runs.execute import execute
from counterfoil.runs.lifecycle import RunOptions
from counterfoil.sync.read_rows import read_single


def fetch_details(
    customer: Customer, user: AbstractBaseUser | None = None, fields: Collection[str] | None = None
) -> bool:
    """Read a customer live whose details were never fetched, where they alone have some of `fields`.

    None as `fields`: any field may be edited. Returns whether the customer was read. Where the upstream cannot be
    reached, an edit of such a field has no known base: it conflicts with any value that the upstream has.
    """
    connector = customer.connection.connector
    detail_fields = details.only_in_detail(Resource.CUSTOMER, connector)
    needed = detail_fields if fields is None else detail_fields.intersection(fields)
    never_fetched = details.fetched_state(customer, Resource.CUSTOMER, connector) == details.Fetched.NEVER
    if not needed or not never_fetched or customer.external_id is None:
        return False
    options = RunOptions(client_id=customer.external_id).to_json()
    with transaction.atomic():
        run = Run.objects.create(
            connection=customer.connection,
            kind=RunKind.SINGLE,
            options=options,
            requested_by_id=user.pk if user else None,
        )
        lease.reserve(run)
    done = False
    with suppress(CounterfoilError):
        done = execute(run, read_single, person=True).error is None
    customer.refresh_from_db()
    return done
