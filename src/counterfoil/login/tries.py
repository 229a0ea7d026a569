"""The count of wrong passwords in the database, shared by all processes.

A try is counted as wrong before the password is checked, and taken off again if it was right or was not checked.
So requests that arrive together do not all pass before the first of them is counted.
"""

import hashlib
import hmac
import math
import unicodedata
from collections.abc import Mapping
from datetime import datetime, timedelta
from ipaddress import IPv6Address, ip_address

from django.conf import settings
from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.db.models.functions import Greatest

from counterfoil.errors import TooManyTries
from counterfoil.login.brake import BRAKES, EMPTY_AFTER, CountedBy
from counterfoil.login.models import PasswordTries


class Tries:
    """The tries of one name from one address, or from one browser that `user` has logged in with before."""

    def __init__(self, name: str, address: str, user: User | None, browser: str = "") -> None:
        self.user = user
        self.address = network(address)
        name = _normalize(name)
        self._digests: Mapping[CountedBy, str] = (
            {CountedBy.BROWSER: _digest(CountedBy.BROWSER, browser)}
            if browser
            else {
                CountedBy.PAIR: _digest(CountedBy.PAIR, name, self.address),
                CountedBy.NAME: _digest(CountedBy.NAME, name),
                CountedBy.ADDRESS: _digest(CountedBy.ADDRESS, self.address),
            }
        )

    def begin(self, now: datetime) -> None:
        """Count a try. Raises TooManyTries, and counts nothing, if the next one is not due yet."""
        self._require_none_braked(list(self._rows()), now)
        with transaction.atomic():
            PasswordTries.objects.bulk_create(
                [self._new(scope, key, now) for scope, key in self._digests.items()], ignore_conflicts=True
            )
            rows = list(self._rows().select_for_update())
            self._require_none_braked(rows, now)
            for row in rows:
                row.count = _level(row, now) + 1
                row.at = max(row.at, now)
                row.save(update_fields=["count", "at"])

    def succeed(self) -> None:
        """Forget the tries of this name here; take this one off the others, which may be somebody else's."""
        self._rows().filter(scope__in=(CountedBy.PAIR, CountedBy.BROWSER)).delete()
        self.withdraw()

    def withdraw(self) -> None:
        """Take the try off again: the password was right, or was not checked."""
        self._rows().update(count=Greatest(F("count") - 1.0, 0.0))

    def _rows(self) -> "QuerySet[PasswordTries]":
        return PasswordTries.objects.filter(digest__in=self._digests.values()).order_by("id")

    def _new(self, scope: CountedBy, key: str, now: datetime) -> PasswordTries:
        address = "" if scope == CountedBy.NAME else self.address
        user = None if scope == CountedBy.ADDRESS else self.user
        return PasswordTries(scope=scope, digest=key, user=user, address=address, at=now)

    def _require_none_braked(self, rows: list[PasswordTries], now: datetime) -> None:
        wait = max((_wait(row, now) for row in rows), default=timedelta())
        if wait:
            raise TooManyTries("Too many wrong passwords.", f"Try again in {_spell(wait)}.", until=now + wait)


def network(address: str) -> str:
    """Return what tries from an address are counted under: one IPv6 visitor has at least a /64 of addresses."""
    try:
        found = ip_address(address.partition("%")[0])
    except ValueError:
        return ""
    if isinstance(found, IPv6Address):
        return str(found.ipv4_mapped or IPv6Address(int(found) >> 64 << 64))
    return str(found)


def name_digest(name: str) -> str:
    """Return what a log line holds in place of a name that is no user's."""
    return _digest(CountedBy.NAME, _normalize(name))[:12]


def waits(user: User, now: datetime) -> list[tuple[str, datetime]]:
    """Return from which addresses this user has to wait, and until when; "" stands for every new browser."""
    own = list(PasswordTries.objects.filter(user=user))
    addresses = {row.address for row in own if row.address}
    rows = [*own, *PasswordTries.objects.filter(scope=CountedBy.ADDRESS, address__in=addresses)]
    until: dict[str, datetime] = {}
    for row in rows:
        if wait := _wait(row, now):
            until[row.address] = max(until.get(row.address, now), now + wait)
    return sorted(until.items())


def lift(user: User | None = None) -> int:
    """Let a user, or everybody, try again at once. Returns how many counts were in the way or on the way there."""
    rows = PasswordTries.objects.all()
    if user is not None:
        addresses = list(rows.filter(user=user).exclude(address="").values_list("address", flat=True))
        rows = rows.filter(Q(user=user) | Q(scope=CountedBy.ADDRESS, address__in=addresses))
    return rows.delete()[0]


def forget_old(now: datetime) -> int:
    """Delete counts that say nothing any more. Returns how many."""
    return PasswordTries.objects.filter(at__lt=now - EMPTY_AFTER).delete()[0]


def _level(row: PasswordTries, now: datetime) -> float:
    return BRAKES[CountedBy(row.scope)].level(row.count, row.at, now)


def _wait(row: PasswordTries, now: datetime) -> timedelta:
    return BRAKES[CountedBy(row.scope)].wait(_level(row, now))


def _spell(wait: timedelta) -> str:
    minutes = math.ceil(wait / timedelta(minutes=1))
    return "a minute" if minutes == 1 else f"{minutes} minutes"


def _normalize(name: str) -> str:
    return unicodedata.normalize("NFKC", name).casefold()


def _digest(scope: CountedBy, *parts: str) -> str:
    text = "\0".join((scope, *parts)).encode("utf-8", "surrogatepass")
    return hmac.new(settings.SECRET_KEY.encode(), text, hashlib.sha256).hexdigest()
