"""The two customers that every data set has; tests rely on them."""

from typing import Any

_IN_DUBAI: dict[str, Any] = {
    "gsm": None,
    "invoiceEmail": None,
    "language": "en",
    "currency": "USD",
    "status": "actief",
}

AEON: dict[str, Any] = {
    "name": "Aeon Shipping LLC",
    "email": "ops@aeonshipping.example",
    "tel": "+971 4 555 0142",
    "website": "https://www.aeonshipping.example",
    "vatIdNumber": "100555014200003",
    **_IN_DUBAI,
}
AEON_ROLE = "POV"

CARS_222: dict[str, Any] = {
    "name": "222 CARS",
    "email": "info@222motors.ae",
    "tel": "+971559659999",
    "website": "https://www.222motors.ae",
    "vatIdNumber": None,
    **_IN_DUBAI,
}
CARS_222_ID = 3473
CARS_222_ROLE = "LUXURY CAR DEALER"
