"""Request bodies: JSON, or JSON in a field of a form (contract section 2.3)."""

from counterfoil_simulators.recorded_writes import decode_body
from counterfoil_simulators.wire import WireRequest
from counterfoil_simulators.zoho_books.errors import invalid_value
from counterfoil_simulators.zoho_books.records import Json


def parse_json_object(request: WireRequest) -> Json:
    """Parse the object in the body. Raises 400 with code 2."""
    found = decode_body(request)
    if not isinstance(found, dict):
        raise invalid_value("JSONString")
    return found
