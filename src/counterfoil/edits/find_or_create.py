"""Find a customer, or create it where the mirror has none like it (DESIGN, mission R2 and R15)."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.contrib.auth.models import AbstractBaseUser

from counterfoil.edits import create, request_push
from counterfoil.ingest.edit_values import parse
from counterfoil.matching.candidates import find_matches
from counterfoil.matching.score import Resolution, Wanted
from counterfoil.mirror.models import Connection, Customer

_COMPARED = ("name", "vat_number", "email", "phone", "mobile", "country")


@dataclass(frozen=True, slots=True)
class Creation:
    """The customer that was found or created; None where a person has to choose among the hits of `resolution`."""

    customer: Customer | None
    created: bool
    resolution: Resolution | None = None


def find_or_create(
    connection: Connection,
    typed: Mapping[str, str],
    user: AbstractBaseUser | None = None,
    *,
    external_id: str | None = None,
    anyway: bool = False,
    with_invalid: bool = False,
) -> Creation:
    """Return the customer that is certainly the wanted one, else create it.

    Where others may be the wanted one, none is created, unless `anyway`, which does not search.
    Raises as `create.create_customer`.
    """
    values = {name: parse(name, text) for name, text in typed.items()}
    resolution = None
    if not anyway:
        compared = {name: values.get(name) for name in _COMPARED}
        resolution = find_matches(connection, Wanted(external_id=external_id, **compared))
        if resolution.found is not None:
            customer = Customer.objects.select_related("connection").get(pk=resolution.found.key)
            return Creation(customer, created=False, resolution=resolution)
        if resolution.hits:
            request_push.require_writable(connection)
            return Creation(None, created=False, resolution=resolution)
    created = create.create_row(connection, values, user, with_invalid=with_invalid)
    return Creation(created, created=True, resolution=resolution)
