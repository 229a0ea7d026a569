"""Lists and objects where a field holds one value: the first usable one counts, and all are shown. Pure."""

from collections.abc import Mapping, Sequence
from typing import Any

DEEPEST = 4
"""Levels of lists and objects that are searched for a value."""
_HOLDERS = (
    *("value", "number", "email", "phone", "mobile", "tel", "gsm", "url", "website", "address", "text", "name"),
    *("title", "label"),
)
"""Keys under which objects keep the value itself, best first; other keys say what kind of value it is."""


def first_value(value: Any, depth: int = DEEPEST) -> Any:
    """Return the first scalar in a list or object that is not empty; None where there is none.

    A scalar is returned as it is. Of an object, keys that usually hold the value come first ("number" of a phone).
    """
    if not isinstance(value, list | dict):
        return None if isinstance(value, str) and not value.strip() else value
    if depth == 0:
        return None
    found = (first_value(inner, depth - 1) for inner in _inner(value))
    return next((inner for inner in found if inner is not None), None)


def replace_first(value: Any, new: Any, depth: int = DEEPEST) -> Any:
    """Return a list or object with its first usable value replaced and the others kept; else `new` itself."""
    if not isinstance(value, list | dict) or first_value(value, depth) is None:
        return new
    if isinstance(value, dict):
        key = next(key for key in _keys(value) if first_value(value[key], depth - 1) is not None)
        return {**value, key: replace_first(value[key], new, depth - 1)}
    at = next(at for at, inner in enumerate(value) if first_value(inner, depth - 1) is not None)
    return [*value[:at], replace_first(value[at], new, depth - 1), *value[at + 1 :]]


def first_object(value: Any) -> Mapping[str, Any]:
    """Return the first object of a list; an empty one for anything else."""
    found = (inner for inner in value if isinstance(inner, dict)) if isinstance(value, list) else ()
    return next(iter(found), {})


def as_line(value: Any, depth: int = DEEPEST) -> str:
    """Return all values of a list or object as people read them: "a@x.be, b@x.be" or "type: work, number: 12"."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if not isinstance(value, list | dict):
        return "" if value is None else str(value).strip()
    if depth == 0:
        return "…"
    if isinstance(value, dict):
        pairs = ((key, as_line(inner, depth - 1)) for key, inner in value.items())
        return ", ".join(f"{key}: {text}" for key, text in pairs if text)
    texts = [text for inner in value if (text := as_line(inner, depth - 1))]
    return ("; " if any(isinstance(inner, list | dict) for inner in value) else ", ").join(texts)


def _inner(value: Sequence[Any] | Mapping[str, Any]) -> Sequence[Any]:
    return [value[key] for key in _keys(value)] if isinstance(value, Mapping) else value


def _keys(value: Mapping[str, Any]) -> list[str]:
    plain = {str(key).casefold(): key for key in value}
    return [plain[name] for name in _HOLDERS if name in plain] or list(value)
