"""Keys are never sent unencrypted to another machine, unless the connection allows it."""

from collections.abc import Mapping
from ipaddress import IPv6Address, ip_address
from urllib.parse import urlsplit

from counterfoil import messages
from counterfoil.errors import WrongAddress

PLAIN_HTTP = "plain_http"
"""The setting of a connection that may use http:// to another machine."""


def is_allowed(values: Mapping[str, object]) -> bool:
    """Return whether a connection's settings allow plain http to another machine."""
    return values.get(PLAIN_HTTP) is True


def require_https(address: str, *, plain_http: bool) -> None:
    """Raise WrongAddress for an address whose requests would travel unencrypted to another machine."""
    try:
        parts = urlsplit(address.strip())
        host = parts.hostname or ""
    except ValueError:
        return  # such an address is refused by the client
    if parts.scheme.lower() == "http" and not plain_http and not is_this_machine(host):
        raise WrongAddress(messages.connectors.PLAIN_HTTP(host=host), messages.connectors.USE_HTTPS())


def is_this_machine(host: str) -> bool:
    """Return whether a host name can only be this machine's."""
    host = host.lower().rstrip(".")
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        address = ip_address(host)
    except ValueError:
        return False
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return (mapped or address).is_loopback
