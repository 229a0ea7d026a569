"""How the command line finds a customer and says what it holds."""

import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from rich.markup import escape

from counterfoil.cli import acting_user
from counterfoil.cli.output import brief
from counterfoil.errors import NotFound

if TYPE_CHECKING:
    from counterfoil.mirror.models import Customer
    from counterfoil.mirror.record_history import SetBy


ID = "The upstream's id; for a customer that is not created there yet '#' and its number here, in quotes."
"""What is said of an argument or option that `find` takes."""
_KEY = re.compile(r"#(\d{1,18})")
SHORT = 40
"""Characters of a former value beside its source."""


def find(connection: str, external_id: str) -> "Customer":
    """A customer by its connection's name and the upstream's id, or by `#` and its number here, as whoever acts
    sees it. Raises NotFound."""
    from counterfoil.mirror.models import Customer

    chosen = acting_user.connection(connection)
    rows = Customer.objects.select_related("connection").filter(connection=chosen)
    found = rows.filter(external_id=external_id).first()
    if found is not None:
        return found
    if (key := _KEY.fullmatch(external_id)) is None:
        raise NotFound(
            f"{chosen.name} has no customer {external_id} in this copy.",
            f"Look for it with `counterfoil customers search`, or read it with "
            f"`counterfoil sync {chosen.name} --client-id {external_id}`.",
        )
    found = rows.filter(pk=int(key[1])).first()
    if found is None:
        raise NotFound(
            f"{chosen.name} has no customer {external_id} in this copy.",
            "Look for it with `counterfoil customers search`.",
        )
    return found


def called(customer: "Customer") -> str:
    """What `find` finds it by: the upstream's id, or where it has none yet its number here."""
    return customer.external_id or f"#{customer.pk}"


def record(customer: "Customer") -> dict[str, Any]:
    """A customer as JSON: keys as the columns."""
    from counterfoil.connectors.page import Resource
    from counterfoil.mapping.fields import COLUMNS
    from counterfoil.mirror import details
    from counterfoil.mirror.freshness import last_synced

    return {
        "connection": customer.connection.name,
        "key": customer.pk,
        "external_id": customer.external_id,
        **{name: getattr(customer, name) for name in COLUMNS},
        "state": customer.state,
        "last_synced_at": last_synced(customer),
        "upstream_modified_at": customer.upstream_modified_at,
        "first_seen_at": customer.first_seen_at,
        "updated_at": customer.updated_at,
        "details": details.fetched_state(customer, Resource.CUSTOMER, customer.connection.connector),
        "invalid": customer.invalid,
        "extra": customer.extra,
    }


def label(name: str) -> str:
    """What people call a field; an extra one by its key, safe to print."""
    from counterfoil.mapping.fields import LABELS
    from counterfoil.mirror.record_history import EXTRA

    if name.startswith(EXTRA):
        return escape(name.removeprefix(EXTRA))
    return LABELS.get(name, name.replace("_", " ").capitalize())


def said(name: str, value: object) -> str:
    """A value as people read it, safe to print; moments in UTC, to the minute."""
    from counterfoil.mirror.enums import State

    if value is None or value == "":
        return "—"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if name == "state":
        return State(str(value)).label
    if isinstance(value, datetime):
        return f"{value.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
    return escape(str(value))


def source(name: str, found: "SetBy") -> str:
    """What set a value, when, by whom, and what it was before, in one line."""
    was = f", before: {said(name, found.before)}"
    if found.first:
        was = ", as first seen"
    elif found.follows:
        was = f", with {label(found.follows)}"
    return f"{done_by(found)}, {said('at', found.at)}{brief(was, SHORT)}"


def done_by(found: "SetBy") -> str:
    """As in "Edit by anna", safe to print."""
    by = f" by {escape(found.by)}" if found.by else ""
    return f"{escape(found.called)}{by}"


def source_json(found: "SetBy") -> dict[str, Any]:
    """The same for programs. What a normal form was before is left out: it is not kept."""
    values: dict[str, Any] = {
        "source": found.source,
        "reference": found.reference,
        "at": found.at,
        "by": found.by or None,
    }
    if found.follows:
        return {**values, "follows": found.follows}
    return {**values, "first_seen": True} if found.first else {**values, "before": found.before}
