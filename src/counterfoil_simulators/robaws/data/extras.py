"""Extra fields of clients: which a tenant has defined, and what is in them (contract section 3)."""

from datetime import date, timedelta
from typing import Any, NamedTuple

from counterfoil_simulators.data.dice import Dice, Weighted
from counterfoil_simulators.robaws.data import roles


class Definition(NamedTuple):
    """An extra field as the tenant's administrator made it. TEXT and SELECT are confirmed type names."""

    type: str
    value_key: str
    group: str | None = None
    options: tuple[str, ...] = ()


DEFINITIONS: dict[str, Definition] = {
    "Role": Definition("SELECT", "stringValue", options=roles.OPTIONS),
    "PRICING": Definition("SELECT", "stringValue", options=("TIER A", "TIER B", "TIER C", "A", "B", "C")),
    "Legal form": Definition("TEXT", "stringValue"),
    "G/L account": Definition("TEXT", "stringValue"),
    "Assignee": Definition("TEXT", "stringValue"),
    "External sales person": Definition("TEXT", "stringValue"),
    "Follow-up date": Definition("DATE", "dateValue"),
    "WhatsApp": Definition("CHECKBOX", "booleanValue"),
    "Peppol": Definition("CHECKBOX", "booleanValue"),
    "Contact via": Definition(
        "SELECT", "stringValue", options=("Social media", "Website", "Beurs", "Mond-tot-mond")
    ),
    "Loyalty nr": Definition("TEXT", "stringValue", group="Marketing"),
    "Credit insured": Definition("DECIMAL", "decimalValue", group="Finance"),
}

_PRICING: Weighted[str] = Weighted(
    [("TIER A", 40), ("TIER B", 30), ("TIER C", 15), ("A", 5), ("B", 5), ("C", 3), ("tier b", 2)]
)
_ASSIGNEES = ("An Verkoop", "Tom Export", "Els Planning", "Kantoor Antwerpen", "team roro")
_FIRST_FOLLOW_UP = date(2025, 6, 1)


def entry(label: str, value: Any) -> dict[str, Any]:
    """A value in the shape in which Robaws reads it out."""
    definition = DEFINITIONS[label]
    return {"type": definition.type, "group": definition.group, definition.value_key: value}


def extra_fields(role: str, legal_form: str, number: int, dice: Dice) -> dict[str, Any]:
    """The extra fields of one client: Role mostly, PRICING often, the rest for a share."""
    fields: dict[str, Any] = {}
    if role:
        fields["Role"] = entry("Role", roles.spell(role, dice))
    elif dice.chance(0.4):
        fields["Role"] = entry("Role", dice.pick((None, None, "")))
    if dice.chance(0.3):
        fields["PRICING"] = entry("PRICING", dice.weighted(_PRICING))
    if dice.chance(0.35):
        _add_rare(fields, legal_form, number, dice)
    return fields


def _add_rare(fields: dict[str, Any], legal_form: str, number: int, dice: Dice) -> None:
    if legal_form and dice.chance(0.6):
        fields["Legal form"] = entry("Legal form", legal_form)
    if dice.chance(0.5):
        fields["G/L account"] = entry("G/L account", f"4000{number % 1000:03d}")
    if dice.chance(0.4):
        fields["Assignee"] = entry("Assignee", dice.pick(_ASSIGNEES))
    if dice.chance(0.15):
        fields["External sales person"] = entry("External sales person", f"Agent {dice.between(1, 12)}")
    if dice.chance(0.25):
        follow_up = _FIRST_FOLLOW_UP + timedelta(days=dice.below(400))
        fields["Follow-up date"] = entry("Follow-up date", follow_up.isoformat())
    if dice.chance(0.4):
        fields["WhatsApp"] = _checkbox("WhatsApp", dice)
    if dice.chance(0.5):
        fields["Peppol"] = entry("Peppol", dice.chance(0.6))
    if dice.chance(0.12):
        fields["Loyalty nr"] = entry("Loyalty nr", f"L-{dice.digits(6)}")
    if dice.chance(0.1):
        fields["Credit insured"] = entry("Credit insured", dice.between(1, 80) * 2500.5)


def _checkbox(label: str, dice: Dice) -> dict[str, Any]:
    """A tick; one in five as `numberValue: 1`, as a live tenant once showed it."""
    if dice.chance(0.2):
        return {"type": "CHECKBOX", "group": None, "numberValue": 1}
    return entry(label, dice.chance(0.75))
