"""The log-in page: how often a password may be tried, the log of failures, and the form for one's own password."""

import math
import time
from collections import OrderedDict
from typing import Any

import structlog
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponseBase
from django.utils import timezone
from unfold.forms import AdminOwnPasswordChangeForm, AuthenticationForm

from counterfoil.console.site.session_limit import BEGAN
from counterfoil.errors import CounterfoilError, TooManyAtOnce, TooManyTries
from counterfoil.login import browser
from counterfoil.login.tries import Tries, name_digest

log = structlog.get_logger()

MOST_ADDRESSES = 10_000


class LoginForm(AuthenticationForm):
    """Name and password. `refusal` is set where the password was not checked at all."""

    refusal: CounterfoilError | None = None

    def clean(self) -> Any:
        """Check the password, if the next try is due."""
        name = self.cleaned_data.get("username")
        if not name or not self.cleaned_data.get("password"):
            return super().clean()
        user = User.objects.filter(username=name).first()
        who = {"user": name} if user is not None else {"user": None, "name_digest": name_digest(name)}
        try:
            cleaned = _check(self.request, name, user, super().clean)
        except (TooManyTries, TooManyAtOnce) as error:
            self.refusal = error
            REFUSALS.log(_address(self.request), type(error).__name__, time.monotonic())
            raise ValidationError(str(error)) from error
        except ValidationError:
            log.warning("login failed", **who, address=_address(self.request))
            raise
        log.info("login", user=name, address=_address(self.request))
        return cleaned


class OwnPasswordForm(AdminOwnPasswordChangeForm):
    """One's own new password. The present one cannot be guessed here either, as with a session left open."""

    def __init__(self, *args: Any, request: HttpRequest, **values: Any) -> None:
        super().__init__(*args, **values)
        self.request = request

    def clean_old_password(self) -> Any:
        """Check the present password, if the next try is due."""
        try:
            return _check(self.request, self.user.username, self.user, super().clean_old_password)
        except (TooManyTries, TooManyAtOnce) as error:
            raise ValidationError(str(error)) from error
        except ValidationError:
            log.warning("present password was wrong", user=self.user.username, address=_address(self.request))
            raise


class RefusalLog:
    """Log refused tries of an address once a minute, with their number: guessing on must not fill the disk."""

    def __init__(self) -> None:
        self._counts: OrderedDict[str, tuple[float, int]] = OrderedDict()

    def log(self, address: str, reason: str, now: float) -> None:
        """Count one more, and log it where a minute has passed. `now` is in seconds, of any clock."""
        logged_at, count = self._counts.pop(address, (-math.inf, 0))
        count += 1
        if now - logged_at >= 60:
            log.warning("login refused unchecked", reason=reason, address=address, count=count)
            logged_at, count = now, 0
        self._counts[address] = (logged_at, count)
        while len(self._counts) > MOST_ADDRESSES:
            self._counts.popitem(last=False)


REFUSALS = RefusalLog()


def finish(request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
    """Complete the answer to the log-in form: its status, and what a browser keeps after a success."""
    form = getattr(response, "context_data", {}).get("form")
    refusal = getattr(form, "refusal", None)
    if isinstance(refusal, TooManyTries):
        response.status_code = 429
        wait = refusal.until - timezone.now()
        response["Retry-After"] = str(max(1, math.ceil(wait.total_seconds())))
    elif refusal is not None:
        response.status_code = 503
        response["Retry-After"] = "5"
    elif request.method == "POST" and form is None and isinstance(request.user, User):
        request.session[BEGAN] = time.time()
        browser.remember(request, response, request.user)
    return response


def _address(request: HttpRequest) -> str:
    return str(request.META.get("REMOTE_ADDR", ""))


def _check(request: HttpRequest, name: str, user: User | None, check: Any) -> Any:
    """Count a try, check the password, and take the try off the counts again unless it was wrong."""
    tries = Tries(name, _address(request), user, browser.recognise(request, user))
    tries.begin(timezone.now())
    try:
        result = check()
    except ValidationError:
        raise
    except BaseException:
        tries.withdraw()
        raise
    tries.succeed()
    return result
