"""Times as Zoho Books expects them, and the check that it used a filter by time."""

from collections.abc import Iterable
from datetime import UTC, datetime

from counterfoil.connectors.page import Item


def wire_time(moment: datetime) -> str:
    """Format `last_modified_time` as 2026-06-09T13:15:33+0000: no "Z", no colon, no fraction (contract section 0).

    The filter is inclusive and works in whole seconds, so the fraction can be dropped.
    """
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S+0000")


def proves_ignored(since: datetime | None, items: Iterable[Item]) -> bool:
    """Return whether a page has rows that the filter would have left out, which proves that Zoho ignored it."""
    if since is None:
        return False
    start = since.replace(microsecond=0)
    return any(item.modified is not None and item.modified < start for item in items)
