"""Whose requests a proxy passes on. Only listed proxies are believed: any visitor can send these headers himself.

`X-Forwarded-For` is read from its right end, since each proxy adds the address that it saw itself: the first one
that is no listed proxy is the visitor. `Forwarded` (RFC 7239) is not read: a proxy that writes one of the two
headers passes the other one on as the visitor sent it.
"""

from collections.abc import Callable, Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

from django.conf import settings
from django.http import HttpRequest, HttpResponse

type Address = IPv4Address | IPv6Address
type Networks = Sequence[IPv4Network | IPv6Network]


def believe_listed_proxies(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """Give requests of listed proxies the visitor's own address and scheme, for all that comes after."""

    def answer(request: HttpRequest) -> HttpResponse:
        meta, listed = request.META, settings.COUNTERFOIL_PROXIES
        peer = str(meta.get("REMOTE_ADDR", ""))
        if serves_https(peer, listed, https=settings.HTTPS):
            scheme = meta.get("HTTP_X_FORWARDED_PROTO", "").rpartition(",")[2].strip().lower()
            if scheme in {"http", "https"}:
                meta["wsgi.url_scheme"] = scheme
        meta["REMOTE_ADDR"] = visitor(peer, meta.get("HTTP_X_FORWARDED_FOR", ""), listed)
        return get_response(request)

    return answer


def visitor(peer: str, forwarded_for: str, listed: Networks) -> str:
    """Return the visitor's address: `peer`, or where it is a listed proxy what that says.

    Where a proxy says something that is no address, the visitor is unknown, and this is the proxy's address.
    """
    found = _parse(peer)
    for hop in reversed(forwarded_for.split(",")):
        if found is None or not _is_listed(found, listed):
            break
        further = _parse(hop)
        if further is None:
            break
        found = further
    return peer if found is None else str(found)


def serves_https(peer: str, listed: Networks, *, https: bool) -> bool:
    """Return whether `peer` may say that the visitor came by https.

    With COUNTERFOIL_HTTPS and no list, the proxy is on this machine.
    """
    found = _parse(peer)
    return found is not None and (_is_listed(found, listed) or (https and not listed and found.is_loopback))


def _is_listed(address: Address, listed: Networks) -> bool:
    return any(address in network for network in listed)


def _parse(text: str) -> Address | None:
    """Parse an address as proxies write it: alone, with a port, or IPv6 in brackets."""
    text = text.strip().strip('"')
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        found = ip_address(text.partition("%")[0])
    except ValueError:
        return None
    return (found.ipv4_mapped or found) if isinstance(found, IPv6Address) else found
