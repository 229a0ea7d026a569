"""Ids in addresses."""

from urllib.parse import quote

from counterfoil import messages
from counterfoil.errors import ReadRefused, WrongAddress

LONGEST_ID = 1_000
"""Characters of an id in a path; longer addresses are refused by proxies, or by the HTTP library itself."""


def path_segment(external_id: str) -> str:
    """Quote an id as one segment of a path. Raises ReadRefused where it would name another path, or none."""
    try:
        quoted = quote(external_id, safe="")
    except UnicodeEncodeError:
        quoted = ""
    if not quoted.strip(".") or len(quoted) > LONGEST_ID:
        no_address = messages.connectors.NO_ADDRESS()
        raise ReadRefused(no_address, of_resource=WrongAddress(no_address, messages.connectors.CHECK_BASE_URL()))
    return quoted
