"""How many calls a day fetching details may take. Pure."""

PERCENT = 10
"""Of the upstream's calls a day."""
UNKNOWN = 100
"""Calls a day where the upstream has not said how many it gives."""
SETTING = "detail_calls"
"""A connection's own number of calls a day; 0 fetches no details in the background."""


def daily_calls(said: object, daily_limit: int | None) -> int:
    """`said` is the connection's own number, None for the usual share of what the upstream gives."""
    if said is not None:
        return int(str(said))
    return UNKNOWN if daily_limit is None else daily_limit * PERCENT // 100
