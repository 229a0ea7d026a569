"""Show Counterfoil's own errors to users: a notice after a button, a page elsewhere, never a traceback."""

from collections.abc import Callable

from django.contrib import messages
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import REASON_NO_CSRF_COOKIE
from django.shortcuts import render

from counterfoil.errors import CounterfoilError, DatabaseReplaced, DiskFull, RetryLater, SkipRecord
from counterfoil.mirror.database import translate_error


class ErrorNotices:
    """A context manager that turns a CounterfoilError inside it into a notice on the next page."""

    def __init__(self, request: HttpRequest) -> None:
        self._request = request

    def __enter__(self) -> None:
        """Do nothing."""

    def __exit__(self, _: object, error: BaseException | None, __: object) -> bool:
        """Show the error and swallow it, if it is one of ours."""
        ours = _own_error(error)
        if ours is not None:
            messages.error(self._request, str(ours))
        return ours is not None


class ErrorPages:
    """Middleware that answers with a page saying what went wrong and what to do."""

    def __init__(self, answer: Callable[[HttpRequest], HttpResponse]) -> None:
        self._answer = answer

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self._answer(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Render a page for an error of ours; leave all others to Django."""
        ours = _own_error(error)
        if ours is None:
            return None
        is_outage = isinstance(ours, RetryLater | DatabaseReplaced | DiskFull)
        status = 503 if is_outage else 400 if isinstance(ours, SkipRecord) else 500
        return render(
            request, "console/problem.html", {"message": ours.message, "advice": ours.advice}, status=status
        )


def form_expired(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Say why a form was not accepted (Django's CSRF check), and what to do."""
    context = {
        "without_cookie": reason == REASON_NO_CSRF_COOKIE,
        "elsewhere": reason.startswith("Origin checking"),
    }
    return render(request, "403_csrf.html", context, status=403)


def _own_error(error: BaseException | None) -> CounterfoilError | None:
    if isinstance(error, CounterfoilError):
        return error
    return translate_error(error) if isinstance(error, DatabaseError) else None
