"""Read one customer live while a person waits: a run of its own, with a user's priority."""

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction

from counterfoil.errors import CounterfoilError
from counterfoil.mirror.models import Customer, Run, RunKind
from counterfoil.runs import lease
from counterfoil.runs.execute import execute
from counterfoil.runs.lifecycle import RunOptions
from counterfoil.sync.read_rows import read_single


def read_now(customer: Customer, user: AbstractBaseUser | None = None) -> CounterfoilError | None:
    """Read a customer, and refresh `customer` from its row. Returns the error that kept it from being read."""
    with transaction.atomic():
        run = Run.objects.create(
            connection=customer.connection,
            kind=RunKind.SINGLE,
            options=RunOptions(client_id=customer.external_id).to_json(),
            requested_by_id=user.pk if user else None,
        )
        lease.reserve(run)
    try:
        return execute(run, read_single, person=True).error
    except CounterfoilError as error:
        return error
    finally:
        customer.refresh_from_db()
