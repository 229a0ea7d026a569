"""Named, commented SQL files: those of one database in its folder, those of both here.

A file writes `{customer}` for a table of ours; `TABLES` has the names.
"""

import re
from functools import cache
from importlib.resources import files

PREFIX = "counterfoil_"
"""Prefix of every table, index and sequence, so that they can stand beside those of other apps."""
TABLES = {
    noun: f"{PREFIX}{noun}"
    for noun in (
        "customer",
        "customer_search",
        "delivery",
        "invoice",
        "proposal",
        "run",
        "run_page",
        "search_deletion",
        "search_word",
        "ticket",
    )
}
"""Tables by their name in SQL files."""
_NAMED = re.compile("|".join(re.escape(f"{{{noun}}}") for noun in TABLES))


@cache
def statement(vendor: str, name: str) -> str:
    """Read `sql/<vendor>/<name>.sql`, or `sql/<name>.sql` where both databases take the same, with table names.

    Other names in braces are left for `str.format`.
    """
    own = files(__name__) / vendor / f"{name}.sql"
    text = (own if own.is_file() else files(__name__) / f"{name}.sql").read_text(encoding="utf-8")
    return _NAMED.sub(lambda found: TABLES[found.group()[1:-1]], text)
