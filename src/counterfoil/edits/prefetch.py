"""What an upstream tells in details only is read before somebody edits it: nobody should edit blindly."""

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
    """Read a customer live whose details were never fetched, where some of `fields` stand in them only (None: any
    field may be edited). Returns whether that was done.

    Where the upstream cannot be reached it is not, and an edit of such a field has an unknown base: a conflict, if
    the upstream turns out to have something there.
    """
    connector = customer.connection.connector
    hidden = details.only_in_detail(Resource.CUSTOMER, connector)
    asked = hidden if fields is None else hidden.intersection(fields)
    never = details.fetched_state(customer, Resource.CUSTOMER, connector) == details.Fetched.NEVER
    if not asked or not never or customer.external_id is None:
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
