"""Choosing rows of a list: the ticked ones, or all that match the filters."""

from collections.abc import Collection, Mapping
from typing import Any

from django.contrib.admin.views.main import ChangeList
from django.core import signing
from django.http import HttpRequest
from django.urls import reverse
from django.utils.http import urlencode

from counterfoil.mirror.pagination import parse_key
from counterfoil.mirror.selection import MOST_PICKED

NONE = (0,)
"""The keys of no row at all, for an empty choice."""


def bar(request: HttpRequest, listed: ChangeList, buttons: str, filters: Collection[str]) -> dict[str, Any]:
    """Return the context of the selection bar above a list.

    `whole` tells that the list is narrowed by these filters only, so that they can stand for all its rows.
    """
    return {
        "buttons": buttons,
        "parameters": set_filters(request.GET.dict(), filters),
        "whole": set(listed.get_filters_params()) <= set(filters),
    }


def picked_keys(request: HttpRequest) -> tuple[int, ...]:
    """Return the keys of the ticked rows, `NONE` without any; an empty tuple where all matching rows are meant."""
    if "whole" in request.POST and "all" in request.POST:
        return ()
    keys = {key for one in request.POST.getlist("pick") if (key := parse_key(one)) is not None}
    return tuple(sorted(keys)[:MOST_PICKED]) or NONE


def set_filters(parameters: Mapping[str, str], names: Collection[str]) -> dict[str, str]:
    """Pick the filters that are set out of the parameters of a request."""
    values = {name: parameters.get(name, "").replace("\0", "").strip() for name in names}
    return {name: value for name, value in values.items() if value}


def unseal(text: str, salt: str) -> dict[str, Any] | None:
    """Read what was signed for a form with this salt; None for anything else."""
    try:
        found: dict[str, Any] = signing.loads(text, salt=salt)
    except signing.BadSignature:
        return None
    return found


def address(listed: str, filters: Mapping[str, str]) -> str:
    """Return the address of a list with filters."""
    return reverse(listed) + (f"?{urlencode(filters)}" if filters else "")
