"""Extra fields of clients: the tenant's definitions and the values of a client (contract section 3)."""

from datetime import date, timedelta
from typing import Any, NamedTuple

from counterfoil_simulators.data.dice import Dice, Weighted
from counterfoil_simulators.robaws.data import roles


class Definition(NamedTuple):
    """The definition of an extra field. TEXT and SELECT are confirmed type names."""

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


def make_entry(label: str, value: Any) -> dict[str, Any]:
    """Return a value in the form in which Robaws shows it."""
    definition = DEFINITIONS[label]
    return {"type": definition.type, "group": definition.group, definition.value_key: value}


def make_extra_fields(role: str, legal_form: str, number: int, dice: Dice) -> dict[str, Any]:
    """Make the extra fields of one client: mostly Role, often PRICING, the rest for a share of clients."""
    fields: dict[str, Any] = {}
    if role:
        fields["Role"] = make_entry("Role", roles.spell(role, dice))
    elif dice.chance(0.4):
        fields["Role"] = make_entry("Role", dice.pick((None, None, "")))
    if dice.chance(0.3):
        fields["PRICING"] = make_entry("PRICING", dice.weighted(_PRICING))
    if dice.chance(0.35):
        _add_rare(fields, legal_form, number, dice)
    return fields


def _add_rare(fields: dict[str, Any], legal_form: str, number: int, dice: Dice) -> None:
    if legal_form and dice.chance(0.6):
        fields["Legal form"] = make_entry("Legal form", legal_form)
    if dice.chance(0.5):
        fields["G/L account"] = make_entry("G/L account", f"4000{number % 1000:03d}")
    if dice.chance(0.4):
        fields["Assignee"] = make_entry("Assignee", dice.pick(_ASSIGNEES))
    if dice.chance(0.15):
        fields["External sales person"] = make_entry("External sales person", f"Agent {dice.between(1, 12)}")
    if dice.chance(0.25):
        follow_up = _FIRST_FOLLOW_UP + timedelta(days=dice.below(400))
        fields["Follow-up date"] = make_entry("Follow-up date", follow_up.isoformat())
    if dice.chance(0.4):
        fields["WhatsApp"] = _checkbox("WhatsApp", dice)
    if dice.chance(0.5):
        fields["Peppol"] = make_entry("Peppol", dice.chance(0.6))
    if dice.chance(0.12):
        fields["Loyalty nr"] = make_entry("Loyalty nr", f"L-{dice.digits(6)}")
    if dice.chance(0.1):
        fields["Credit insured"] = make_entry("Credit insured", dice.between(1, 80) * 2500.5)


def _checkbox(label: str, dice: Dice) -> dict[str, Any]:
    """Make a checkbox value; one in five is `numberValue: 1`, as once seen on a live tenant."""
    if dice.chance(0.2):
        return {"type": "CHECKBOX", "group": None, "numberValue": 1}
    return make_entry(label, dice.chance(0.75))
