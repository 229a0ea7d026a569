"""Find or create: a customer is made only where it is not there already (DESIGN, mission R2 and R15)."""

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
    """`customer` was found or made here; None where somebody has to choose among the hits of `resolution`."""

    customer: Customer | None
    made: bool
    resolution: Resolution | None = None


def find_or_create(
    connection: Connection,
    typed: Mapping[str, str],
    user: AbstractBaseUser | None = None,
    *,
    external_id: str | None = None,
    anyway: bool = False,
) -> Creation:
    """Who is wanted, from the mirror where it is sure, else made here; nobody where several may be it. `anyway`
    makes one without looking. Raises InvalidInput for values that cannot be, NotAllowed where nothing is written
    upstream."""
    values = {name: parse(name, text) for name, text in typed.items()}
    resolution = None
    if not anyway:
        said = {name: values.get(name) for name in _COMPARED}
        resolution = find_matches(connection, Wanted(external_id=external_id, **said))
        if resolution.found is not None:
            found = Customer.objects.select_related("connection").get(pk=resolution.found.key)
            return Creation(found, made=False, resolution=resolution)
        if resolution.hits:
            request_push.require_writable(connection)
            return Creation(None, made=False, resolution=resolution)
    return Creation(create.create_row(connection, values, user), made=True, resolution=resolution)
