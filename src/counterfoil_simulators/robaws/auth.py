"""HTTP Basic authentication with API key and secret, or with e-mail and password (contract section 1)."""

import base64
import binascii
from hmac import compare_digest
from typing import NamedTuple

from counterfoil_simulators.data.dice import Dice
from counterfoil_simulators.robaws.errors import RobawsApiError, forbidden
from counterfoil_simulators.robaws.switches import RobawsSwitches
from counterfoil_simulators.wire import WireRequest

UPPER = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
MIXED = UPPER + "abcdefghijklmnopqrstuvwxyz"


class Credentials(NamedTuple):
    """The two pairs that the API accepts; a key alone, or a Bearer token, is refused."""

    api_key: str
    api_secret: str
    email: str
    password: str


def make_credentials(seed: int) -> Credentials:
    """Make credentials in Robaws' format that depend on the seed only."""
    dice = Dice(seed, 90)
    key = "".join(dice.pick(UPPER) for _ in range(20))
    secret = "".join(dice.pick(MIXED) for _ in range(40))
    password = "".join(dice.pick(MIXED) for _ in range(16))
    return Credentials(key, secret, "api.user@counterfoil.example", password)


def authenticate(request: WireRequest, expected: Credentials, switches: RobawsSwitches) -> str:
    """Return the user name of the request. Raises 401."""
    user, password = _basic(request)
    pairs = ((expected.api_key, expected.api_secret), (expected.email, expected.password))
    for name, secret in pairs:
        if compare_digest(user.encode(), name.encode()) and compare_digest(password.encode(), secret.encode()):
            return name
    raise unauthorized(switches)


def unauthorized(switches: RobawsSwitches) -> RobawsApiError:
    """Make the 401 for missing or wrong credentials; whether Robaws sends WWW-Authenticate is unknown."""
    return RobawsApiError(
        401, headers={"www-authenticate": 'Basic realm="Robaws"'} if switches.www_authenticate else None
    )


def temp_blocked() -> RobawsApiError:
    """Make the 401 of a temporarily blocked integration, with the one known value of the reason header."""
    return RobawsApiError(401, headers={"x-robaws-unauthorized-reason": "temp-blocked"})


def authorize(request: WireRequest, module: str, switches: RobawsSwitches) -> None:
    """Raise 403 where the API user's role lacks the module, or the right to write."""
    if module in switches.forbidden_modules:
        raise forbidden()
    if switches.read_only_role and request.method not in {"GET", "HEAD", "OPTIONS"}:
        raise forbidden()
    if module == "webhook-endpoints" and not switches.admin:
        raise forbidden()


def _basic(request: WireRequest) -> tuple[str, str]:
    scheme, _, token = (request.header("authorization") or "").partition(" ")
    if scheme.lower() != "basic":
        return "", ""
    try:
        user, _, password = base64.b64decode(token, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return "", ""
    return user, password
