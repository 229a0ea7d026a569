"""Searches as people type them, timed in the server until the rows are read: for a picker of 8, and in the list.

python -m bench.search_questions TIMES     prints JSON, one object per search, over the database of the environment
"""

import json
import os
import sys
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import quote_plus

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "counterfoil.project.settings")
django.setup()

from django.contrib.admin import site  # noqa: E402
from django.contrib.auth.models import User  # noqa: E402
from django.test import RequestFactory  # noqa: E402

import counterfoil.project.urls  # noqa: E402, F401 - registers the screens, as the server does before its first request
from counterfoil.mirror.customer_search import CustomerSearch  # noqa: E402
from counterfoil.mirror.models import Connection, Customer  # noqa: E402

PICKED = 8


def typed() -> dict[str, str]:
    """Return searches by what they are. Numbers are those of a customer in the middle."""
    rows = Customer.objects.order_by("id")
    one = rows.filter(phone_e164__startswith="+32", vat_normalized__startswith="BE", id__gte=_middle()).first()
    assert one is not None
    assert one.phone_e164 is not None
    assert one.vat_normalized is not None
    vat = one.vat_normalized
    return {
        "one word, frequent": "gar",
        "one word, rare": "zwe",
        "two words": "gar ant",
        "two whole words": "garage antwerpen",
        "mistyped": "garagge",
        "two mistyped": "garagge antwrepen",
        "a phone as written": one.phone or one.phone_e164,
        "a phone's beginning": one.phone_e164.replace("+32", "0")[:7],
        "a phone's last six digits": one.phone_e164[-6:],
        "a VAT number as written": f"BE {vat[2:6]}.{vat[6:9]}.{vat[9:]}",
        "a name": one.name,
        "nothing found": "qqqq",
        "nothing near": "xyzzyquux plughfrotz",
    }


def main(times: int) -> None:
    """Time each search `times` times, in rounds, so that no search warms the caches for the next."""
    superuser = User.objects.get_or_create(username="bench", is_staff=True, is_superuser=True)[0]
    screen = site._registry[Customer]  # noqa: SLF001
    searches = typed()
    seconds: dict[str, dict[str, list[float]]] = {what: {"picker": [], "rows": []} for what in searches}
    for _ in range(times):
        for what, text in searches.items():
            seconds[what]["picker"].append(_timed(lambda text=text: _pick(text)))  # type: ignore[misc]
            seconds[what]["rows"].append(_timed(lambda text=text: _list(screen, superuser, text)))  # type: ignore[misc]
    for what, text in searches.items():
        print(json.dumps({"what": what, "found": _pick(text), **seconds[what]}), flush=True)


def _pick(text: str) -> int:
    connections = list(Connection.objects.values_list("pk", flat=True))
    return len(CustomerSearch(Customer.objects.select_related("connection"), text, connections).hits(PICKED))


def _list(screen: Any, superuser: User, text: str) -> None:
    request = RequestFactory().get(f"/customers/?q={quote_plus(text)}")
    request.user = superuser
    screen.get_changelist_instance(request)


def _timed(search: Callable[[], object]) -> float:
    began = time.perf_counter()
    search()
    return time.perf_counter() - began


def _middle() -> int:
    ends = [Customer.objects.order_by(order).values_list("pk", flat=True).first() or 0 for order in ("pk", "-pk")]
    return sum(ends) // 2


if __name__ == "__main__":
    main(int(sys.argv[1]))
