"""One customer in full: fields with their normal forms, extra fields, state, history, payload."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest

from counterfoil.connectors.fields import LABELS
from counterfoil.console import asking
from counterfoil.console.listing import keys
from counterfoil.console.payload import brief, pretty
from counterfoil.mirror import freshness
from counterfoil.mirror.history import MADE_FROM
from counterfoil.mirror.models import Change, Customer, Source

GROUPS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("Company", ("name", "legal_form", "vat_number", "vat_tariff", "upstream_role", "status", "is_active")),
    ("Contact", ("phone", "mobile", "email", "billing_email", "website", "whatsapp", "peppol")),
    ("Address", ("street", "street2", "postal_code", "city", "country")),
    (
        "Administration",
        ("assignee", "gl_account", "external_sales_person", "follow_up_date", "language", "currency"),
    ),
)
"""Every field of `fields.CUSTOMER_FIELDS`, in the order people look for them."""

NORMAL_FORM = {source: made for made, source in MADE_FROM.items() if made not in {"role", "name_key"}}
CHANGES_A_PAGE = 25


@dataclass(frozen=True, slots=True)
class Shown:
    """One field as the page shows it."""

    label: str
    value: str
    normal: str = ""
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the history."""

    change: Change
    label: str
    before: str
    after: str
    run: int | None


def context(request: HttpRequest, customer: Customer) -> dict[str, Any]:
    """What the template needs."""
    number = _page_number(request.GET.get("history"))
    return {
        "groups": [(title, [_shown(customer, name) for name in names]) for title, names in GROUPS],
        "extra": [(name, brief(value)) for name, value in sorted(customer.extra.items())],
        "overridden": customer.role != customer.upstream_role,
        "last_synced": freshness.last_synced(customer),
        "first_run": _run(customer.first_source, customer.first_reference),
        "payload": pretty(customer.raw),
        "may_sync": request.user.has_perm(asking.MAY_SYNC) and customer.external_id is not None,
        **_history(customer, number),
    }


def _shown(customer: Customer, name: str) -> Shown:
    value = brief(getattr(customer, name))
    normal = brief(getattr(customer, NORMAL_FORM[name])) if name in NORMAL_FORM else ""
    return Shown(
        label=LABELS[name],
        value=value,
        normal=normal if normal != value else "",
        problem=customer.invalid.get(name, ""),
    )


def _history(customer: Customer, number: int) -> dict[str, Any]:
    rows = Change.objects.filter(resource="customer", record_id=customer.pk).order_by("-id")
    found, more = keys(rows, number, CHANGES_A_PAGE)
    changes = rows.filter(pk__in=found).select_related("actor")
    return {
        "history": list(_lines(changes)),
        "history_newer": number - 1 if number > 1 else None,
        "history_older": number + 1 if more else None,
    }


def _lines(changes: Iterable[Change]) -> Iterator[Line]:
    for change in changes:
        name = change.field.removeprefix("extra.")
        yield Line(
            change=change,
            label=LABELS.get(name, name.replace("_", " ").capitalize()) if name == change.field else name,
            before=brief(change.before),
            after=brief(change.after),
            run=_run(change.source, change.reference),
        )


def _run(source: str, reference: int | None) -> int | None:
    """The run that a source names, where it is one."""
    if reference is None or source not in Source.values:
        return None
    return reference


def _page_number(text: str | None) -> int:
    return max(1, min(int(text), 10_000)) if text and text.isdecimal() and len(text) < 9 else 1
