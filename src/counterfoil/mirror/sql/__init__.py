"""The SQL that matters, in named, commented files: those of one database in its folder, those of both here."""

from functools import cache
from importlib.resources import files


@cache
def statement(vendor: str, name: str) -> str:
    """The text of `sql/<vendor>/<name>.sql`, or of `sql/<name>.sql` where both databases take the same."""
    own = files(__name__) / vendor / f"{name}.sql"
    return (own if own.is_file() else files(__name__) / f"{name}.sql").read_text(encoding="utf-8")
