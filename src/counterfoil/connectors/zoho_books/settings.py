"""What the settings of a connection to Zoho Books say. Raises InvalidSetting for what cannot be used."""

from collections.abc import Mapping
from dataclasses import replace

from counterfoil.connectors.zoho_books.oauth import DATA_CENTRES, DataCentre
from counterfoil.errors import InvalidSetting

WINDOW_DAYS = 365
"""Days of invoices, by their date, where nothing else is said."""
LONGEST_WINDOW = 36_500
"""Days: a hundred years, which is all there is."""


def text(values: Mapping[str, object], name: str) -> str:
    """One value, without blanks around it; empty where it is not there."""
    value = values.get(name)
    return "" if value is None else str(value).strip()


def data_centre(values: Mapping[str, object]) -> DataCentre:
    """The one that is named, or none of Zoho's where the address of its accounts server is given."""
    code, accounts_url = text(values, "dc").lower(), text(values, "accounts_url").rstrip("/")
    if code not in DATA_CENTRES and (code or not accounts_url):
        raise InvalidSetting(
            f"{code[:20]!r} is not a data centre of Zoho Books." if code else "It is not said which data centre.",
            f"Give one of {', '.join(DATA_CENTRES)}: the one that you log in at.",
        )
    known = DATA_CENTRES.get(code, DataCentre("", ""))
    return replace(known, accounts_url=accounts_url) if accounts_url else known


def organization(values: Mapping[str, object]) -> str:
    """Its id."""
    found = text(values, "organization")
    if not (found.isascii() and found.isdigit()):
        raise InvalidSetting(
            "The organisation is told by its id, which is digits alone.",
            "Zoho Books shows it under Organisation profile.",
        )
    return found


def window_days(values: Mapping[str, object]) -> int:
    """Of how many days invoices are mirrored."""
    said = text(values, "window_days") or str(WINDOW_DAYS)
    if not (said.isascii() and said.isdigit() and 1 <= int(said[:9]) <= LONGEST_WINDOW):
        raise InvalidSetting(
            f"{said[:20]!r} is not a number of days.", f"Give 1 to {LONGEST_WINDOW:,}; usual: {WINDOW_DAYS}."
        )
    return int(said)
