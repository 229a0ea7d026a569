"""Moments in the one spelling that Zoho Books takes, and what a page's moments prove."""

from collections.abc import Iterable
from datetime import UTC, datetime

from counterfoil.connectors.page import Item


def wire_time(moment: datetime) -> str:
    """`last_modified_time` as 2026-06-09T13:15:33+0000: no "Z", no colon, no fraction (contract section 0).

    The filter is inclusive and knows whole seconds, so the fraction may go.
    """
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S+0000")


def proves_ignored(since: datetime | None, items: Iterable[Item]) -> bool:
    """Whether a page holds rows that the filter would have left out: then it is a page of the unfiltered list."""
    if since is None:
        return False
    start = since.replace(microsecond=0)
    return any(item.modified is not None and item.modified < start for item in items)
