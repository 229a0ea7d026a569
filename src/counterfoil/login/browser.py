"""Recognise a browser that somebody has logged in with before, by a signed cookie.

What others guess from elsewhere never keeps such a browser waiting (OWASP calls it a device cookie). The password
is needed all the same, and its tries have a count of their own.
"""

import secrets
from datetime import timedelta

from django.conf import settings
from django.contrib.auth.models import User
from django.core import signing
from django.http import HttpRequest, HttpResponseBase

COOKIE = "counterfoil_browser"
SALT = "counterfoil.browser"
KEPT_FOR = timedelta(days=180)


def recognise(request: HttpRequest, user: User | None) -> str:
    """Return the key of this browser if the user has logged in with it; "" otherwise."""
    try:
        key = signing.loads(request.COOKIES.get(COOKIE, ""), salt=SALT, max_age=KEPT_FOR)
    except signing.BadSignature:
        return ""
    known = user is not None and isinstance(key, str) and key.partition(":")[0] == str(user.pk)
    return str(key) if known else ""


def remember(request: HttpRequest, response: HttpResponseBase, user: User) -> None:
    """Note in the browser that this user has logged in with it."""
    key = recognise(request, user) or f"{user.pk}:{secrets.token_urlsafe(9)}"
    response.set_cookie(
        COOKIE,
        signing.dumps(key, salt=SALT),
        max_age=KEPT_FOR,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
        path=settings.SESSION_COOKIE_PATH,
    )
