"""Reading request bodies: JSON, or JSON in a field of a form (contract section 2.3)."""

from counterfoil_simulators.wire import WireRequest
from counterfoil_simulators.writes import decoded
from counterfoil_simulators.zoho_books.errors import invalid_value
from counterfoil_simulators.zoho_books.records import Json


def json_object(request: WireRequest) -> Json:
    """The object that was sent, or 400 with code 2."""
    found = decoded(request)
    if not isinstance(found, dict):
        raise invalid_value("JSONString")
    return found
