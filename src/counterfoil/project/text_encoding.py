"""Refuse requests whose text is in another encoding than UTF-8: no browser sends one, and decoding it may fail.

This stands before Django, which decodes the address while it makes the request, where no middleware can help.
"""

import codecs
from collections.abc import Iterable
from typing import Any
from wsgiref.types import StartResponse, WSGIApplication

from django.utils.http import parse_header_parameters

from counterfoil.webhooks.middleware import PREFIX

ANSWER = b"This request is not valid: its text has to be in UTF-8.\n"


def utf8_only(application: WSGIApplication) -> WSGIApplication:
    """Answer 400 where the Content-Type names another encoding, or cannot be read. Pass all others on.

    Webhooks are passed on without it: their body is verified as the bytes that came, whatever they claim to be.
    """

    def answer(environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        kind = str(environ.get("CONTENT_TYPE") or "")
        if not _is_readable(kind):
            if not str(environ.get("PATH_INFO", "")).startswith(PREFIX):
                length = str(len(ANSWER))
                headers = [("Content-Type", "text/plain; charset=utf-8"), ("Content-Length", length)]
                start_response("400 Bad Request", headers)
                return [ANSWER]
            environ["CONTENT_TYPE"] = kind.partition(";")[0]
        return application(environ, start_response)

    return answer


def _is_readable(kind: str) -> bool:
    try:
        charset = parse_header_parameters(kind)[1].get("charset", "")
        return not charset or codecs.lookup(charset).name in {"utf-8", "ascii"}
    except (LookupError, ValueError):
        return False
