"""Read environment variables. All functions raise InvalidSetting for unusable values."""

import os
from ipaddress import IPv4Network, IPv6Network, ip_network

from counterfoil.connections import cron_times
from counterfoil.errors import InvalidSetting


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
