"""The SQL that matters, in named, commented files; one folder per database."""

from functools import cache
from importlib.resources import files


@cache
def statement(vendor: str, name: str) -> str:
    """The text of `sql/<vendor>/<name>.sql`."""
    return (files(__name__) / vendor / f"{name}.sql").read_text(encoding="utf-8")
