"""Postcodes that lost a zero. Others are shown as they are: there is no plan of all countries' postcodes here."""

_FIVE_DIGITS = frozenset(["DE", "ES", "FR", "IT", "US"])
"""Countries whose postcodes have five digits, some of which begin with a zero."""


def missing_zero(postcode: str | None, country: str | None) -> str:
    """Return what is wrong with "1067" in Germany; "" for a postcode that may be right."""
    if postcode is None or country not in _FIVE_DIGITS:
        return ""
    written = postcode.strip()
    lost = written.isdecimal() and len(written) == 4
    return "a zero at its beginning is missing" if lost else ""
