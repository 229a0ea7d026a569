"""A payload made readable. What cannot be read as JSON is shown as it came."""

import json
from urllib.parse import parse_qsl

FORM = "application/x-www-form-urlencoded"


def pretty(payload: str | bytes | memoryview | None) -> str:
    """Indented JSON, or the text itself."""
    if payload is None:
        return ""
    text = payload if isinstance(payload, str) else bytes(payload).decode(errors="replace")
    try:
        return json.dumps(json.loads(text), ensure_ascii=False, indent=2)
    except (ValueError, RecursionError):
        return text


def posted(body: bytes | memoryview, content_type: str) -> str:
    """What was posted: as above, or of a form each field by itself."""
    if not content_type.lower().startswith(FORM):
        return pretty(body)
    try:
        pairs = parse_qsl(bytes(body).decode(), keep_blank_values=True, max_num_fields=1000)
    except ValueError:
        return pretty(body)
    return "\n".join(f"{name} = {pretty(value)}" for name, value in pairs) or pretty(body)


def brief(value: object) -> str:
    """A value of any kind in one line."""
    if value is None or value == "":
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, dict | list):
        return json.dumps(value, ensure_ascii=False)
    return str(value)
