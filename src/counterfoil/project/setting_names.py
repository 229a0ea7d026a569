"""The names of settings: a misspelt one is refused, since it would be ignored without a word."""

import re
from collections.abc import Iterable, Mapping
from difflib import get_close_matches

from counterfoil.errors import InvalidSetting

PREFIX = "COUNTERFOIL_"
TESTS = f"{PREFIX}TEST_"
"""Variables of the test suite begin like this."""
_SERVICE = re.compile(r"(SERVICE_HOST|SERVICE_PORT(_\w+)?|PORT_\d+_(TCP|UDP|SCTP)(_(PROTO|PORT|ADDR))?)$")
"""How names end that Kubernetes and Docker set in a container beside a service called counterfoil."""


def names_in(table: str) -> list[str]:
    """Return the names in a table like that of the settings module: each begins a line, before its meaning."""
    return re.findall(rf"^({PREFIX}[A-Z_]+) ", table, re.MULTILINE)


def refuse_unknown(environment: Mapping[str, str], known: Iterable[str]) -> None:
    """Raise InvalidSetting where a variable is called like a setting and is none, with the nearest name."""
    given = {
        name
        for name, value in environment.items()
        if name.upper().startswith(PREFIX) and not _foreign(name, value)
    }
    unknown = sorted(given - set(known))
    if unknown:
        unknown = sorted(set(unknown) - set(_secrets()))
    if not unknown:
        return
    names = [*known, *_secrets()]
    nearest = [get_close_matches(name.upper(), names, 1, cutoff=0.0)[0] for name in unknown]
    many = len(unknown) > 1
    raise InvalidSetting(
        f"{' and '.join(unknown)} {'are no settings' if many else 'is no setting'} of Counterfoil.",
        f"The nearest {'are' if many else 'is'} {' and '.join(nearest)}. Correct the name, or remove it.",
    )


def _foreign(name: str, value: str) -> bool:
    is_link = name.endswith("_PORT") and value.startswith(("tcp://", "udp://"))
    return name.startswith(TESTS) or is_link or _SERVICE.search(name) is not None


def _secrets() -> list[str]:
    """Return the variables that hold secrets of connectors. They are loaded only where a name is not known yet."""
    from counterfoil.connectors.registry import CONNECTORS

    return [
        field.variable_for(kind.name)
        for kind in CONNECTORS.values()
        for field in kind.connect_fields
        if field.secret
    ]
