"""How long a login lasts: until nobody has clicked for some hours, and for some days in any case."""

import time
from collections.abc import Callable

from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.http import HttpRequest, HttpResponse

BEGAN, CLICKED = "counterfoil_began", "counterfoil_clicked"
"""Keys in the session: when its user logged in, and a click that is not much older than the last one."""
LIVE = "/live/"
"""How addresses end that an open page asks for by itself: nobody has clicked."""
MOST_STORES = 50
"""How often a session is stored at most while its idle limit passes once."""


class SessionLimit:
    """Middleware that ends old sessions. Idle ones end by their expiry, which each click moves on."""

    def __init__(self, answer: Callable[[HttpRequest], HttpResponse]) -> None:
        self._answer = answer

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if settings.SESSION_COOKIE_NAME in request.COOKIES and SESSION_KEY in request.session:
            self._look(request, time.time())
        return self._answer(request)

    def _look(self, request: HttpRequest, now: float) -> None:
        session = request.session
        began = session.setdefault(BEGAN, now)
        if now - began > settings.COUNTERFOIL_SESSION_DAYS * 86_400:
            session.flush()
        elif not request.path_info.endswith(LIVE) and self._is_older(session.get(CLICKED, 0.0), now):
            session[CLICKED] = now

    def _is_older(self, clicked: float, now: float) -> bool:
        return abs(now - clicked) > settings.SESSION_COOKIE_AGE / MOST_STORES
