"""How the command line finds a customer and prints what it holds."""

import re
from datetime import datetime
from typing import TYPE_CHECKING, Any

from rich.markup import escape

from counterfoil.cli import acting_user
from counterfoil.cli.output import brief, local_time
from counterfoil.connections import wording
from counterfoil.errors import NotFound

if TYPE_CHECKING:
    from counterfoil.mirror.models import ContactPerson, Customer
    from counterfoil.mirror.record_history import SetBy


ID = "The customer's id in the connected system or, while it has none, '#' and its number here (in quotes)."
"""Help for an argument or option that `find` takes."""
_KEY = re.compile(r"#(\d{1,18})")
SHORT = 40
"""Characters of a former value beside its source."""


def find(connection: str, external_id: str) -> "Customer":
    """Find a customer by its connection's name and its id there, or by `#` and its key here.

    Raises NotFound, also where the acting user may not see the connection.
    """
    from counterfoil.mirror.models import Customer

    chosen = acting_user.connection(connection)
    rows = Customer.objects.select_related("connection").filter(connection=chosen)
    customer = rows.filter(external_id=external_id).first()
    if customer is not None:
        return customer
    if (key := _KEY.fullmatch(external_id)) is None:
        raise NotFound(
            f"{chosen.name} has no customer {external_id} in this copy.",
            f"Find it with `counterfoil customers search`, or fetch it with "
            f"`counterfoil sync {chosen.name} --client-id {external_id}`.",
        )
    customer = rows.filter(pk=int(key[1])).first()
    if customer is None:
        raise NotFound(
            f"{chosen.name} has no customer {external_id} in this copy.",
            "Find it with `counterfoil customers search`.",
        )
    return customer


def shown_id(customer: "Customer | ContactPerson") -> str:
    """Return what `find` takes: the id in the connected system, or `#` and the key here while it has none."""
    return customer.external_id or f"#{customer.pk}"


def record(customer: "Customer") -> dict[str, Any]:
    """Return a customer as JSON, keys named as the columns."""
    from counterfoil.connectors.page import Resource
    from counterfoil.mapping.fields import COLUMNS
    from counterfoil.mirror import details
    from counterfoil.mirror.freshness import last_synced

    return {
        "connection": customer.connection.name,
        "key": customer.pk,
        "external_id": customer.external_id,
        **{name: getattr(customer, name) for name in COLUMNS},
        "best_phone": customer.best_phone,
        "best_email": customer.best_email,
        "state": customer.state,
        "last_synced_at": last_synced(customer),
        "upstream_modified_at": customer.upstream_modified_at,
        "first_seen_at": customer.first_seen_at,
        "updated_at": customer.updated_at,
        "details": details.fetched_state(customer, Resource.CUSTOMER, customer.connection.connector),
        "invalid": customer.invalid,
        "extra": customer.extra,
    }


def answered_ids(customer: "Customer") -> dict[str, Any]:
    """Return as JSON which record answers for the id of an unlisted customer, and for which ids this one does."""
    from counterfoil.mirror.answered_ids import customers_answered_for
    from counterfoil.mirror.enums import State

    return {
        "answered_by": customer.answered_by if customer.state == State.UNLISTED else None,
        "answers_for": [other.external_id for other in customers_answered_for(customer)],
    }


def label(name: str, system: str) -> str:
    """Return what users call a field, safe to print. `system` is what they call the connected system.

    An extra field is called by its key.
    """
    from counterfoil.mapping.fields import LABELS
    from counterfoil.mirror.record_history import EXTRA

    if name.startswith(EXTRA):
        return escape(name.removeprefix(EXTRA))
    own = {
        "external_id": f"Id in {system}",
        "upstream_role": f"Role in {system}",
        "answered_by": f"{system} answers with",
        "answers_for": "Also answers for",
        "role": "Role used here",
        "upstream_created_at": f"Created in {system}",
        "upstream_modified_at": f"Changed in {system}",
        "last_synced_at": "Last synced",
        "first_seen_at": "First seen",
        "updated_at": "Changed here",
        "best_phone": "Best phone number",
        "best_phone_of": "Best phone number of",
        "best_email": "Best e-mail",
        "best_email_of": "Best e-mail of",
        "key": "Number here",
    }
    return escape(own.get(name) or LABELS.get(name, name.replace("_", " ").capitalize()))


def shown(name: str, value: object, system: str) -> str:
    """Format a value of a field for users, safe to print; times to the minute.

    `system` is what they call the connected system.
    """
    from counterfoil.mapping.list_value import as_line
    from counterfoil.mirror.changes import FIRST_DETAILS

    if value is None or value == "":
        return "—"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if name == "state":
        return escape(wording.sentence(wording.record_state(str(value), system)))
    if name == FIRST_DETAILS and isinstance(value, list):
        return f"{len(value)} values, read for the first time"
    return moment(value) if isinstance(value, datetime) else escape(as_line(value))


def as_time(name: str, value: Any) -> Any:
    """Return a value as history keeps it; where it is a time, as one, so that it is printed like other times."""
    return datetime.fromisoformat(value) if name.endswith("_at") and isinstance(value, str) else value


def moment(value: datetime) -> str:
    """Format a time in this install's time zone, to the minute."""
    return local_time(value)


def source(name: str, found: "SetBy", system: str) -> str:
    """Return what set a value, when, by whom, and what it was before, on one line; safe to print."""
    was = f", before: {shown(name, found.before, system)}"
    if found.first:
        was = ", as first seen"
    elif found.follows:
        was = f", with {label(found.follows, system)}"
    return f"{set_by(found)}, {moment(found.at)}{brief(was, SHORT)}"


def set_by(found: "SetBy") -> str:
    """Name what set a value and who did, as in "Edit by anna"; safe to print."""
    by = f" by {escape(found.by)}" if found.by else ""
    return f"{escape(found.called)}{by}"


def source_json(found: "SetBy") -> dict[str, Any]:
    """Return what set a value as JSON, without what a normalised value was before: that is not kept."""
    values: dict[str, Any] = {
        "source": found.source,
        "reference": found.reference,
        "at": found.at,
        "by": found.by or None,
    }
    if found.follows:
        return {**values, "follows": found.follows}
    return {**values, "first_seen": True} if found.first else {**values, "before": found.before}
