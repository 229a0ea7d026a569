"""Errors of the product's tree, in words: a notice after a button, a page anywhere else; never a traceback."""

from collections.abc import Callable

from django.contrib import messages
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from counterfoil.errors import CounterfoilError, RetryLater
from counterfoil.mirror.database import translate_error


class AsNotices:
    """What goes wrong inside, of what we know, becomes a notice on the next page."""

    def __init__(self, request: HttpRequest) -> None:
        self._request = request

    def __enter__(self) -> None:
        """Nothing to prepare."""

    def __exit__(self, _: object, error: BaseException | None, __: object) -> bool:
        """Whether the error was one we know."""
        known = _known(error)
        if known is not None:
            messages.error(self._request, str(known))
        return known is not None


class InWords:
    """Middleware: a page that cannot be drawn says why and what to do."""

    def __init__(self, answer: Callable[[HttpRequest], HttpResponse]) -> None:
        self._answer = answer

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Let it through."""
        return self._answer(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """An error we know becomes a page; any other one is Django's business."""
        known = _known(error)
        if known is None:
            return None
        status = 503 if isinstance(known, RetryLater) else 500
        return render(
            request, "console/problem.html", {"message": known.message, "advice": known.advice}, status=status
        )


def _known(error: BaseException | None) -> CounterfoilError | None:
    if isinstance(error, CounterfoilError):
        return error
    return translate_error(error) if isinstance(error, DatabaseError) else None
