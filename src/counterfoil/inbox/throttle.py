"""How many requests that were not verified an address may make. Pure: the clock is passed in."""

from collections import OrderedDict

MOST = 60
"""In a span: what the first integration allowed of all requests. Verified ones are never counted."""
SPAN_SECONDS = 60.0
ADDRESSES = 10_000
"""Remembered at once, the latest; so many attackers do not fill the memory."""


class Throttle:
    """Counts per address in spans of a minute, for one process."""

    def __init__(self) -> None:
        self._counts: OrderedDict[str, tuple[float, int]] = OrderedDict()

    def is_over(self, address: str, now: float) -> bool:
        """Count one more of an address; whether it has made too many lately. `now` in seconds, of any clock that
        only goes forward."""
        began, count = self._counts.pop(address, (now, 0))
        if now - began >= SPAN_SECONDS:
            began, count = now, 0
        self._counts[address] = (began, count + 1)
        while len(self._counts) > ADDRESSES:
            self._counts.popitem(last=False)
        return count >= MOST
