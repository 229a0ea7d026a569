"""Who wins where both sides changed a field: the rules of a connection, read and changed."""

from counterfoil.errors import WrongSetting
from counterfoil.mirror.edit_values import EDITABLE
from counterfoil.mirror.models import Connection, Policy
from counterfoil.mirror.rule import Rule

OTHERS = "*"
"""What people type for all fields without a rule of their own."""


def of(connection: Connection) -> dict[str, Rule]:
    """The rules that were set, by field; `OTHERS` for those without one."""
    rows = Policy.objects.filter(connection=connection).order_by("field")
    return {field or OTHERS: Rule(rule) for field, rule in rows.values_list("field", "rule")}


def set_rule(connection: Connection, field: str, rule: Rule) -> None:
    """Let a rule decide about a field from now on. Conflicts that are open stay so. Raises WrongSetting."""
    Policy.objects.update_or_create(connection=connection, field=_named(field), defaults={"rule": rule})


def remove(connection: Connection, field: str) -> bool:
    """Take a rule away: the field follows that of all others again. False where it had none. Raises
    WrongSetting."""
    return bool(Policy.objects.filter(connection=connection, field=_named(field)).delete()[0])


def _named(field: str) -> str:
    if field == OTHERS:
        return ""
    if field not in EDITABLE:
        raise WrongSetting(
            f"There is no field {field[:40]!r} that can be edited.",
            f"Fields are: {', '.join(EDITABLE)}; {OTHERS} stands for all others.",
        )
    return field
