"""Identify rows of Zoho's lists, and read single records."""

import hashlib
from collections.abc import Callable
from typing import Any, cast

import msgspec

from counterfoil.connectors import json_outline
from counterfoil.connectors.http.client import Query, Response
from counterfoil.connectors.http.not_found import not_found_form
from counterfoil.connectors.http.refusable import Refusable
from counterfoil.connectors.identify import Identify, clean_id, judge_body, require_id
from counterfoil.connectors.page import Item, Read, ReadOutcome
from counterfoil.connectors.partial_decoder import REFUSED
from counterfoil.connectors.zoho_books import messages
from counterfoil.connectors.zoho_books.api import Api
from counterfoil.connectors.zoho_books.error_rules import GONE, OK, may_be_of_one_record, refusal
from counterfoil.messages import connectors as shared
from counterfoil.normalize.value import instant

_decode_parts = msgspec.json.Decoder(dict[str, msgspec.Raw]).decode


def item(
    raw: bytes, external_id: str | int | None, modified: Any, owner: object = None, *, deleted: bool = False
) -> Item:
    """Build an identified record. Raises BadRecord if it has no id.

    Ids are text, because 18 digits are more than a float holds.
    """
    text = require_id(external_id, raw)
    return Item(text, instant(modified), hashlib.sha256(raw).digest(), raw, _owner(owner), deleted)


def _owner(value: object) -> str | None:
    return clean_id(value) or None if isinstance(value, str | int) else None


def _listed(raw: bytes) -> str:
    return ""


def read_one(
    api: Api, path: str, key: str, external_id: str, identify: Identify, unlisted: Callable[[bytes], str] = _listed
) -> Read:
    """GET one record, which is under `key`. Only code 1002 means that it does not exist (contract section 5.2).

    `unlisted` returns why no list would hold the record, else an empty text. Raises ReadRefused.
    """
    response = api.get(path, {}, Single.read, accept=may_be_of_one_record)
    ticket, single = response.ticket, response.value
    if single is not None and single.code == GONE:
        return Read(external_id, ticket, ReadOutcome.GONE)
    if response.status != 404 and may_be_of_one_record(response.raw):
        raise refusal(response.raw)
    if single is None:
        reason = shared.NOT_FROM_API(status=response.status)
        form = not_found_form(response.raw, external_id) if response.status == 404 else ""
        return Read(external_id, ticket, ReadOutcome.UNCLEAR, reason=reason, not_found_form=form)
    if single.code != OK or key not in single.parts:
        reason = messages.UNREADABLE_STATUS(status=response.status, code=single.code)
        return Read(external_id, ticket, ReadOutcome.UNCLEAR, reason=reason)
    read = judge_body(external_id, ticket, single.parts[key], identify)
    why = unlisted(single.parts[key]) if read.answer == ReadOutcome.FOUND else ""
    return Read(external_id, ticket, ReadOutcome.UNLISTED, reason=why) if why else read


def get_of_one_record[T](api: Api, path: str, query: Query, decode: Callable[[bytes], T]) -> Response[T]:
    """GET a list that belongs to one record. Raises ReadRefused."""
    attempt = Refusable(may_be_of_one_record, decode)
    response = api.get(path, query, attempt.decode, accept=attempt.accept)
    if response.value is None:
        raise refusal(response.raw)
    return cast("Response[T]", response)


class Single(msgspec.Struct):
    """A response about one record: the API's code, and its other parts, not decoded."""

    code: int
    parts: dict[str, bytes]

    @classmethod
    def read(cls, body: bytes) -> "Single | None":
        """Decode a response. Returns None if it is not the API's."""
        try:
            parts = _parts(body)
            code = msgspec.json.decode(parts["code"], type=int)
        except (msgspec.MsgspecError, UnicodeDecodeError, KeyError):
            return None
        return cls(code, parts)


def _parts(body: bytes) -> dict[str, bytes]:
    try:
        return {name: bytes(raw) for name, raw in _decode_parts(body).items()}
    except REFUSED:
        return json_outline.members(body) or {}
