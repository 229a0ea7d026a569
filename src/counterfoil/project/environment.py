"""Read environment variables. All functions raise InvalidSetting for unusable values."""

import os
import re
from contextlib import suppress
from importlib.util import find_spec
from ipaddress import IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

from counterfoil.connections import cron_times
from counterfoil.errors import InvalidSetting

_HOST = re.compile(r"[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?)*")


def seconds(name: str, default: str) -> float:
    """Read a number of seconds above 0 and below a day."""
    text = os.environ.get(name, "").strip() or default
    try:
        found = float(text)
    except ValueError:
        found = -1.0
    if not 0 < found < 86_400:
        raise InvalidSetting(
            f"{name} is not a number of seconds.", f"Give one such as {default}, or leave it out."
        )
    return found


def whole_number(name: str, default: str, unit: str) -> int:
    """Read a whole number of a unit such as days, from 1 to 36,500."""
    text = os.environ.get(name, "").strip() or default
    if not (text.isascii() and text.isdigit() and 1 <= int(text.lstrip("0")[:6] or 0) <= 36_500):
        raise InvalidSetting(f"{name} is not a number of {unit}.", f"Give one such as {default}, or leave it out.")
    return int(text)


def hosts(name: str, default: str) -> list[str]:
    """Read host names as Django's ALLOWED_HOSTS has them: `.example.com` for all names below, `*` for any."""
    given = os.environ.get(name, "").strip() or default
    return [_host(name, text) for text in map(str.strip, given.split(",")) if text]


def _host(name: str, text: str) -> str:
    if text == "*":
        return text
    with suppress(ValueError):
        address = ip_address(text.strip("[]"))
        return f"[{address}]" if isinstance(address, IPv6Address) else str(address)
    below = text.startswith(("*.", "."))
    bare = text.removeprefix("*").removeprefix(".").removesuffix(".") if below else text.removesuffix(".")
    with suppress(UnicodeError):
        found = bare.encode("idna").decode().lower()
        if _HOST.fullmatch(found):
            return f".{found}" if below else found
    raise InvalidSetting(
        f"{name}: {text[:60]} is not a host name.",
        "Give names without https:// and port, such as counterfoil.example.com.",
    )


def dotted_path(name: str) -> str:
    """Read the dotted path of a class in an installed package, or nothing."""
    text = os.environ.get(name, "").strip()
    package, dot, _ = text.partition(".")
    if text and not (dot and package.isidentifier() and find_spec(package) is not None):
        raise InvalidSetting(
            f"{name}: {text[:60]} is not a class of an installed package.",
            "Install its package, correct it, as django_tasks_rq.RQBackend, or leave it out.",
        )
    return text


def networks(name: str) -> list[IPv4Network | IPv6Network]:
    """Read addresses and networks, by comma. None of them may be the whole internet."""
    found = []
    for text in filter(None, map(str.strip, os.environ.get(name, "").split(","))):
        try:
            network = ip_network(text)
        except ValueError:
            network = None
        if network is None or not network.prefixlen:
            raise InvalidSetting(
                f"{name}: {text[:60]} is not the address of a proxy.",
                "Give addresses or networks, such as 127.0.0.1,10.0.3.0/24, or leave it out.",
            )
        found.append(network)
    return found


def time_zone(name: str, default: str) -> str:
    """Read the name of an IANA time zone."""
    text = os.environ.get(name, "").strip() or default
    if cron_times.find_zone(text) is None:
        raise InvalidSetting(f"{name} is not a known time zone.", f"Give one such as {default}, or leave it out.")
    return text


def switch(name: str, default: str = "0") -> bool:
    """Read a switch: 1, true, yes or on; 0, false, no or off."""
    text = os.environ.get(name, "").strip().lower() or default
    if text in {"1", "true", "yes", "on"}:
        return True
    if text in {"0", "false", "no", "off"}:
        return False
    raise InvalidSetting(f"{name} is neither on nor off.", "Set it to 1 or 0, or leave it out.")
