"""From which moment on the next incremental pass must ask. Pure (DESIGN part 4b, watermark)."""

from datetime import datetime, timedelta

OVERLAP = timedelta(minutes=5)
"""Asked again on purpose: clocks of an upstream's servers differ, and commits become visible late."""


def advance(
    watermark: datetime | None, newest_modified: datetime | None, upstream_date: datetime | None
) -> datetime | None:
    """The watermark after a complete pass: never past the upstream's own clock at the start of the pass.

    `newest_modified` is the newest modified time seen; a record dated 2099 does not count beyond
    `upstream_date`, the Date header of the pass's first response. Without either, the watermark stays.
    """
    if newest_modified is None or upstream_date is None:
        return watermark
    reached = min(newest_modified, upstream_date)
    return reached if watermark is None else max(watermark, reached)


def ask_from(watermark: datetime) -> datetime:
    """The inclusive start of the next incremental pass."""
    return watermark - OVERLAP


def ignored_filter(since: datetime, oldest_modified: datetime | None) -> bool:
    """Whether an answer proves that the upstream did not apply `since` (unknown parameters are ignored)."""
    return oldest_modified is not None and oldest_modified < since
