"""What carries out runs of kinds that stages above this one know. They enter it by its place, so that a command
that carries out no such run does not load it."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from django.utils.module_loading import import_string

if TYPE_CHECKING:
    from counterfoil.mirror.work import Work

_places: dict[str, str] = {}


def enter(kind: str, place: str) -> None:
    """`place` is the dotted path of a function that takes the run's `Work`."""
    _places[kind] = place


def carrier(kind: str) -> "Callable[[Work], Any] | None":
    """Loaded now; None where nobody has entered one."""
    place = _places.get(kind)
    return None if place is None else import_string(place)
