"""What lists of several kinds share about choosing rows: those that are ticked, or all that the filters leave."""

from collections.abc import Collection, Mapping
from typing import Any

from django.contrib.admin.views.main import ChangeList
from django.core import signing
from django.http import HttpRequest
from django.urls import reverse
from django.utils.http import urlencode

from counterfoil.mirror.pagination import LONGEST_KEY
from counterfoil.mirror.selection import MOST_PICKED

NONE = (0,)
"""No row has this key: nothing was chosen."""


def bar(request: HttpRequest, listed: ChangeList, buttons: str, filters: Collection[str]) -> dict[str, Any]:
    """What the bar above the list needs. `whole` says that the filters say all there is to say about the list, so
    that they can stand for it."""
    return {
        "buttons": buttons,
        "parameters": set_filters(request.GET.dict(), filters),
        "whole": set(listed.get_filters_params()) <= set(filters),
    }


def picked_keys(request: HttpRequest) -> tuple[int, ...]:
    """The keys of the rows that were ticked, `NONE` where there are none; nothing at all where all that match are
    meant."""
    if "whole" in request.POST and "all" in request.POST:
        return ()
    keys = {int(key) for key in request.POST.getlist("pick") if key.isdecimal() and len(key) <= LONGEST_KEY}
    return tuple(sorted(keys)[:MOST_PICKED]) or NONE


def set_filters(said: Mapping[str, str], known: Collection[str]) -> dict[str, str]:
    """Those that are set. What is no filter of ours is left out."""
    found = {name: said.get(name, "").replace("\0", "").strip() for name in known}
    return {name: chosen for name, chosen in found.items() if chosen}


def unseal(text: str, salt: str) -> dict[str, Any] | None:
    """What was sealed for a form with this salt; None for anything else."""
    try:
        found: dict[str, Any] = signing.loads(text, salt=salt)
    except signing.BadSignature:
        return None
    return found


def address(listed: str, filters: Mapping[str, str]) -> str:
    """A list with filters."""
    return reverse(listed) + (f"?{urlencode(filters)}" if filters else "")
