"""Normalise websites to an absolute address: scheme, lower-case host, unchanged path."""

import re
from urllib.parse import quote

from counterfoil.normalize.domain import host
from counterfoil.normalize.outcome import EMPTY, Normalized
from counterfoil.normalize.text import compatible

_LONGEST_TEXT = 2000
_MOST_PARTS = 20
_AROUND = ".,:()[]'"

# "http//x.be", "http:/x.be", "htpp://x.be", "https;//x.be" and "http://https://x.be" all occur.
_SCHEME = re.compile(r"(?:(h{1,2}t{1,3}p{1,2}s?)[:;.]?[/\\]+|//)+", re.IGNORECASE)
_OTHER_SCHEME = re.compile(r"(?:[a-z][a-z0-9+.-]*://|(?:mailto|tel|javascript|data|file):)", re.IGNORECASE)
_LABEL = re.compile(r"\s*(?:website|webpage|web|site|url|www)\s*:\s*(?!//)", re.IGNORECASE)
_BETWEEN = re.compile(r"[\s;|<>\"]+|,(?=\s|www\.|http)")
_HOST_END = re.compile(r"[/?#\\]")
_DEFAULT_PORT = {"http": "80", "https": "443"}
_SAFE = "/?#[]@!$&'*+,;=:%~"


def website(raw: str | None) -> Normalized:
    """Return the first web address in a text: "www.X.be" and "HTTPS://www.x.be/" become "https://www.x.be".

    The scheme is https unless http is written. The path stays, without a trailing slash; characters outside ASCII
    are percent-encoded, and in the host they become punycode. No DNS look-up is made.
    """
    if not raw:
        return EMPTY
    text = compatible(raw[:_LONGEST_TEXT])
    if not text:
        return EMPTY
    label = _LABEL.match(text)
    first: Normalized | None = None
    parts = _BETWEEN.split(text[label.end() :] if label else text)[:_MOST_PARTS]
    halves = [half for part in parts if "," in part for half in part.split(",")[:_MOST_PARTS]]
    for part in parts + halves:
        outcome = _address(part)
        if outcome.value:
            return outcome
        first = first or outcome
    return first or EMPTY


def _address(part: str) -> Normalized:
    schemed = _SCHEME.match(part)
    if schemed is None and _OTHER_SCHEME.match(part):
        return Normalized(None, "not a web address")
    rest = part[schemed.end() :] if schemed else part
    end = _HOST_END.search(rest)
    authority, tail = (rest[: end.start()], rest[end.start() :]) if end else (rest, "")
    if "@" in authority:
        return Normalized(None, "an e-mail address, not a website")
    if "." not in authority:
        return Normalized(None, "no dot in it")
    scheme = "http" if schemed and schemed[1] and schemed[1][-1] not in "sS" else "https"
    name, _, port = authority.partition(":")
    found = host(name.strip(_AROUND))
    if found is None or not (port == "" or (port.isdecimal() and int(port[:6]) <= 65535)):
        return Normalized(None, "not a web address")
    kept_port = f":{int(port)}" if port and port != _DEFAULT_PORT[scheme] else ""
    return Normalized(f"{scheme}://{found}{kept_port}{_tail(tail)}", None)


def _tail(tail: str) -> str:
    tail = tail.replace("\\", "/").rstrip(_AROUND + "?#")
    if "?" not in tail and "#" not in tail:
        tail = tail.rstrip(_AROUND + "/")
    return quote(tail, safe=_SAFE)
