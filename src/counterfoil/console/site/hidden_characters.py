"""Mark characters on pages that nobody sees, or that turn the order of what follows them.

Pages are marked as a whole when they are made, so that no template has to remember it. Form fields keep their
values: what a form saves must be what it was opened with.
"""

import re
from collections.abc import Callable

from django.http import HttpRequest, HttpResponseBase
from django.http.response import HttpResponse
from django.utils.html import escape

from counterfoil.normalize.hidden_characters import HIDDEN, called, visible

_NOT_PLAIN = re.compile(r"[^\n\r\t\x20-\x7e\xa0-\xac\xae-\u024f]")
"""Most pages have few other characters; those are looked at one by one."""
_PARTS = re.compile(
    r"(<(?:script|style|textarea)\b.*?</(?:script|style|textarea)\s*>"
    r"|<(?:title|option)\b.*?</(?:title|option)\s*>"
    r"|<!--.*?-->"
    r"""|<(?:[^<>"']|"[^"]*"|'[^']*')*>)""",
    re.DOTALL | re.IGNORECASE,
)
_TAG = re.compile(r"""<(?:[^<>"']|"[^"]*"|'[^']*')*>""")
_SHOWN = re.compile(r"""(\s(?:title|aria-label|alt|placeholder)=)("[^"]*"|'[^']*')""", re.IGNORECASE)
_OF_TEXT = re.compile(r"<(?:title|option)\b", re.IGNORECASE)


class HiddenCharacters:
    """A middleware that marks the hidden characters of every HTML page."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self._get_response(request)
        if isinstance(response, HttpResponse) and response.get("Content-Type", "").startswith("text/html"):
            page = response.content.decode(response.charset)
            marked = mark(page)
            if marked is not page:
                response.content = marked.encode(response.charset)
                if "Content-Length" in response:
                    response["Content-Length"] = str(len(response.content))
        return response


def mark(page: str) -> str:
    """Return a page with its hidden characters marked, or the same one where it has none."""
    if not any(HIDDEN.match(found[0]) for found in _NOT_PLAIN.finditer(page)):
        return page
    parts = _PARTS.split(page)
    parts[::2] = map(_marked, parts[::2])
    parts[1::2] = map(_marked_element, parts[1::2])
    return "".join(parts)


def _marked(text: str) -> str:
    return HIDDEN.sub(lambda found: _mark(found[0]), text)


def _mark(character: str) -> str:
    if character in "\n\r\t":
        return character
    return f'<abbr class="cf-hidden" title="{called(character)}">U+{ord(character):04X}</abbr>'


def _marked_element(element: str) -> str:
    """Mark what is shown of a tag: its tooltip and label, and the text of an element that holds no other ones."""
    start = _TAG.match(element)
    if start is None:
        return element
    tag = _SHOWN.sub(lambda found: found[1] + _plain(found[2]), start[0])
    text, rest = element[start.end() :], ""
    if _OF_TEXT.match(element):
        at = text.rindex("<")
        text, rest = _plain(text[:at]), text[at:]
    return tag + text + rest


def _plain(text: str) -> str:
    return HIDDEN.sub(lambda found: escape(visible(found[0])), text)
