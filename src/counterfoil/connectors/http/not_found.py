"""The form of a 404, without what differs from one request to the next: its id, its times, its trace.

Two requests by the same way get the same form where the same system answers both for the same reason.
"""

import hashlib
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

import orjson

from counterfoil.connectors.http.error_rules import RawResponse

ID = "{id}"
_VOLATILE_KEY = re.compile(r"time|date|trace|span|correlation|request|instance|nonce|server|version|elapsed", re.I)
_STATUS_KEYS = frozenset({"status", "statuscode", "code"})
"""Their numbers are never an id, even where a record has the id 404."""
_VOLATILE = (
    r"\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b"  # a UUID
    r"|\b\d{4}-\d\d-\d\d[T ][\d:.]+(?:Z|[+-]\d\d:?\d\d)?"  # 2026-11-30T06:00:00.000Z
    r"|\b(?:mon|tue|wed|thu|fri|sat|sun), \d\d [a-z]{3} \d{4} [\d:]+ gmt\b"  # Mon, 30 Nov 2026 06:00:00 GMT
    r"|\b(?=[a-f]*\d)(?=\d*[a-f])[0-9a-f]{12,}\b"  # a trace id
)
_VOLATILE_TEXT = re.compile(_VOLATILE, re.I)


def not_found_form(raw: RawResponse, external_id: str) -> str:
    """Return a short text that is equal for equal forms of "not found" about different ids."""
    media_type = raw.headers.get("content-type", "").partition(";")[0].strip().lower()
    text = raw.body.decode("utf-8", "replace").strip()
    try:
        document = orjson.loads(text) if text else ""
    except orjson.JSONDecodeError:
        content = _plain(text, external_id, raw.status)
    else:
        content = orjson.dumps(_generic(document, external_id, raw.status), option=orjson.OPT_SORT_KEYS).decode()
    return f"{raw.status} {media_type} {hashlib.sha256(content.encode()).hexdigest()[:32]}"


def names_id(path: object, external_id: str) -> bool:
    """Tell whether the last segment of a path in a body is this id."""
    if not isinstance(path, str):
        return False
    last = path.partition("?")[0].rstrip("/").rpartition("/")[2]
    return last in (external_id, quote(external_id, safe=""))


def _generic(value: Any, external_id: str, status: int, key: str = "") -> Any:
    if isinstance(value, Mapping):
        return {
            name: _generic(inner, external_id, status, name.lower())
            for name, inner in value.items()
            if not _VOLATILE_KEY.search(name)
        }
    if isinstance(value, list):
        return [_generic(inner, external_id, status, key) for inner in value]
    if isinstance(value, str):
        return _plain(value, external_id, status)
    if isinstance(value, int) and key not in _STATUS_KEYS and str(value) == external_id:
        return ID
    return value


def _plain(text: str, external_id: str, status: int) -> str:
    """Write the id as {id} and leave times and traces out, also where an id reads like a part of one of them.

    The status is written like an id, except in a path: a record with the id 404 is "404 Not Found" like others.
    """
    spellings = "|".join(re.escape(written) for written in {external_id, quote(external_id, safe="")})
    id_or_status = rf"(?P<id>(?-i:(?<!\w)(?:{spellings})(?!\w)|(?<![\w/]){status}(?!\w)))"
    order = (id_or_status, _VOLATILE) if _VOLATILE_TEXT.match(external_id) else (_VOLATILE, id_or_status)
    return re.sub("|".join(order), lambda match: ID if match["id"] else "", text, flags=re.I)
