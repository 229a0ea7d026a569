"""A payload made readable. What cannot be read as JSON is shown as it came."""

import json


def pretty(payload: str | bytes | memoryview | None) -> str:
    """Indented JSON, or the text itself."""
    if payload is None:
        return ""
    text = payload if isinstance(payload, str) else bytes(payload).decode(errors="replace")
    try:
        return json.dumps(json.loads(text), ensure_ascii=False, indent=2)
    except (ValueError, RecursionError):
        return text


def brief(value: object) -> str:
    """A value of any kind in one line."""
    if value is None or value == "":
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, dict | list):
        return json.dumps(value, ensure_ascii=False)
    return str(value)
