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
_VOLATILE_TEXT = re.compile(
    r"\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b"  # a UUID
    r"|\b\d{4}-\d\d-\d\d[T ][\d:.]+(?:Z|[+-]\d\d:?\d\d)?"  # 2026-11-30T06:00:00.000Z
    r"|\b(?:mon|tue|wed|thu|fri|sat|sun), \d\d [a-z]{3} \d{4} [\d:]+ gmt\b"  # Mon, 30 Nov 2026 06:00:00 GMT
    r"|\b(?=[a-f]*\d)(?=\d*[a-f])[0-9a-f]{12,}\b",  # a trace id
    re.I,
)


def not_found_form(raw: RawResponse, external_id: str) -> str:
    """Return a short text that is equal for equal forms of "not found" about different ids."""
    media_type = raw.headers.get("content-type", "").partition(";")[0].strip().lower()
    text = raw.body.decode("utf-8", "replace").strip()
    try:
        document = orjson.loads(text) if text else ""
    except orjson.JSONDecodeError:
        content = _plain(text, external_id)
    else:
        content = orjson.dumps(_generic(document, external_id), option=orjson.OPT_SORT_KEYS).decode()
    return f"{raw.status} {media_type} {hashlib.sha256(content.encode()).hexdigest()[:32]}"


def names_id(path: object, external_id: str) -> bool:
    """Tell whether the last segment of a path in a body is this id."""
    if not isinstance(path, str):
        return False
    last = path.partition("?")[0].rstrip("/").rpartition("/")[2]
    return last in (external_id, quote(external_id, safe=""))


def _generic(value: Any, external_id: str, key: str = "") -> Any:
    if isinstance(value, Mapping):
        return {
            name: _generic(inner, external_id, name.lower())
            for name, inner in value.items()
            if not _VOLATILE_KEY.search(name)
        }
    if isinstance(value, list):
        return [_generic(inner, external_id, key) for inner in value]
    if isinstance(value, str):
        return _plain(value, external_id)
    if isinstance(value, int) and key not in _STATUS_KEYS and str(value) == external_id:
        return ID
    return value


def _plain(text: str, external_id: str) -> str:
    for written in {external_id, quote(external_id, safe="")}:
        text = re.sub(rf"(?<!\w){re.escape(written)}(?!\w)", ID, text)
    return _VOLATILE_TEXT.sub("", text)
