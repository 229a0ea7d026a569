"""How many calls a day may be used for details. Pure."""

PERCENT = 10
"""Share of the upstream's daily calls."""
UNKNOWN = 100
"""Calls a day where the upstream's daily limit is unknown."""
SETTING = "detail_calls"
"""The setting with a connection's own number of calls a day; 0 fetches no details in the background."""

INVOICES = "invoice_details"
"""The setting of a connection that fetches details of invoices too: few need their lines, and there are many."""


def daily_calls(own: object, daily_limit: int | None) -> int:
    """Compute the calls a day; `own` is the connection's setting, None for the usual share of the daily limit."""
    if own is not None:
        return int(str(own))
    return UNKNOWN if daily_limit is None else daily_limit * PERCENT // 100
