"""The rules for writing extra fields, and the form in which they are stored (contract section 3, extraFields)."""

import re
from typing import Any

from counterfoil_simulators.robaws.data.extra_fields import Definition
from counterfoil_simulators.robaws.errors import RobawsApiError, bad_request
from counterfoil_simulators.robaws.records import Json
from counterfoil_simulators.robaws.switches import RobawsSwitches

MAX_TEXT = 5000
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")


def clean(written: Any, before: Json, definitions: dict[str, Definition], switches: RobawsSwitches) -> Json:
    """Return the extra fields after a write: unchanged entries stay as they are, null removes one."""
    if written is None:
        return {}
    if not isinstance(written, dict):
        raise bad_request("extraFields must be an object", "extraFields")
    kept: Json = {}
    for label, entry in written.items():
        if entry is None:
            continue
        if label in before and entry == before[label]:
            kept[label] = entry
        elif label in definitions:
            kept[label] = _entry(label, entry, definitions[label], switches)
        elif switches.unknown_extra_field == "400":
            raise bad_request(f"Unknown extra field {label}", f"extraFields.{label}")
    return kept


def _entry(label: str, entry: Any, definition: Definition, switches: RobawsSwitches) -> Json:
    field = f"extraFields.{label}"
    if not isinstance(entry, dict):
        raise bad_request("An extra field is an object with a typed value", field)
    value = entry.get(definition.value_key)
    if not _is_fit(value, definition.value_key):
        raise bad_request(f"{definition.value_key} has the wrong type", field)
    if isinstance(value, str) and len(value) > MAX_TEXT and switches.long_text_500:
        raise RobawsApiError(500)
    if switches.strict_select and definition.options and value is not None and value not in definition.options:
        raise bad_request(f"{value} is not an option", field)
    return {"type": definition.type, "group": definition.group, definition.value_key: value}


def _is_fit(value: Any, key: str) -> bool:
    if value is None:
        return True
    match key:
        case "booleanValue":
            return isinstance(value, bool)
        case "dateValue":
            return isinstance(value, str) and _DATE.fullmatch(value) is not None
        case "integerValue":
            return isinstance(value, int) and not isinstance(value, bool)
        case "decimalValue":
            return isinstance(value, int | float) and not isinstance(value, bool)
        case _:
            return isinstance(value, str)
