"""What an upstream does not take, by the field that it speaks of."""

from collections.abc import Mapping

from counterfoil.edits.places import Places
from counterfoil.errors import Refused
from counterfoil.mirror.models import Write


def by_field(error: Refused, write: Write, places: Places) -> dict[str, str]:
    """Its words by field. Those that name none of what was sent stand on every field of the write."""
    found: dict[str, str] = {}
    others: list[str] = []
    for path, words in error.fields.items():
        field = _field(path, write.fields, places)
        if field is None:
            others.append(f"{path}: {words}" if path else words)
        else:
            found[field] = words
    if not found:
        return dict.fromkeys(write.fields, "; ".join(others) or error.message)
    return found


def _field(path: str, sent: Mapping[str, object], places: Places) -> str | None:
    """Upstreams name a value by its path, or by the last step of it."""
    for field in sent:
        known = places.setting(field) or ""
        if path and path in (field, known, known.rpartition(".")[2]):
            return field
    return None
