"""Lists and searches of the console, timed in the server until the rows are read and until the page is drawn.

python -m bench.questions TIMES     prints JSON, one object per question; the database comes from the environment
"""

import json
import os
import re
import sys
import time
from collections.abc import Iterator
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "counterfoil.project.settings")
django.setup()

from django.contrib.admin import site  # noqa: E402
from django.contrib.auth.models import User  # noqa: E402
from django.core.cache import cache  # noqa: E402
from django.db.models import Count  # noqa: E402
from django.test import Client, RequestFactory  # noqa: E402

from counterfoil.mirror.models import Customer  # noqa: E402

LIST = "/customers/"
NEXT = re.compile(r'rel="next" href="([^"]+)"')
PAGES_DEEP = 50


def questions() -> Iterator[tuple[str, str]]:
    """Yield title and query string of lists and searches: for each kind one with many rows and one with few."""
    roles, countries = _values("role"), _values("country_code")
    yield ("list, first page", "")
    yield ("list, in the middle", f"?p=after-{_middle()}")
    yield ("list, last rows first", "?o=-1")
    filters = {
        "role, frequent": f"role={roles[0]}",
        "role, rare": f"role={roles[-1]}",
        "country, frequent": f"country={countries[0]}",
        "country, rare": f"country={countries[-1]}",
        "role and country": f"role={roles[0]}&country={countries[len(countries) // 2]}",
        "role and country, rare": f"role={roles[-1]}&country={countries[-1]}",
        "state, all": "state=present",
        "state, none": "state=missing",
        "inactive": "active=no",
        "invalid": "invalid=any",
        "invalid website": "invalid=website",
        "three filters": f"role={roles[0]}&active=yes&invalid=any",
    }
    yield from ((what, f"?{query}") for what, query in filters.items())
    for typed in ("exa", "inf", "gar", "ant", "pee", "zwe", "qqq", "gar ant"):
        yield (f'search "{typed}"', f"?q={typed.replace(' ', '+')}")
    yield ('search "gar", a role', f"?q=gar&role={roles[0]}")
    yield ('search "gar", a rare role', f"?q=gar&role={roles[-1]}")


def main(times: int) -> None:
    """Time each question `times` times, in rounds, so that no question warms the caches for the next."""
    superuser = User.objects.get_or_create(username="bench", is_staff=True, is_superuser=True)[0]
    client = Client(headers={"host": "localhost"})
    client.force_login(superuser)
    admin = site._registry[Customer]  # noqa: SLF001
    cache.clear()
    cold = [_time_rows(admin, superuser, "")]
    cache.clear()
    _print_times("list, empty cache", cold, [_time_page(client, LIST)[0]])
    addresses = dict(questions())
    found: dict[str, list[float]] = {what: [] for what in addresses}
    pages: dict[str, list[float]] = {what: [] for what in addresses}
    for _ in range(times):
        for what, address in addresses.items():
            found[what].append(_time_rows(admin, superuser, address))
            pages[what].append(_time_page(client, LIST + address)[0])
    for what in addresses:
        _print_times(what, found[what], pages[what])
    _print_times(f"list, {PAGES_DEEP} times Next", [], _turn_pages(client, "", PAGES_DEEP))
    _print_times(f'search "gar", {PAGES_DEEP} times Next', [], _turn_pages(client, "?q=gar", PAGES_DEEP))


def _time_rows(admin: Any, superuser: User, address: str) -> float:
    """Return the seconds until the rows are read: filters, search, paging, everything but rendering."""
    request = RequestFactory().get(LIST + address)
    request.user = superuser
    began = time.perf_counter()
    admin.get_changelist_instance(request)
    return time.perf_counter() - began


def _time_page(client: Client, address: str) -> tuple[float, str]:
    began = time.perf_counter()
    answer = client.get(address)
    seconds = time.perf_counter() - began
    assert answer.status_code == 200, (address, answer.status_code)
    return seconds, answer.content.decode()


def _turn_pages(client: Client, address: str, pages: int) -> list[float]:
    found: list[float] = []
    for _ in range(pages):
        seconds, shown = _time_page(client, LIST + address)
        found.append(seconds)
        following = NEXT.search(shown)
        if following is None:
            break
        address = following[1].replace("&amp;", "&")
    return found


def _values(column: str) -> list[str]:
    """List the values of a column, most frequent first."""
    grouped: Any = Customer.objects.order_by().exclude(**{column: None}).values_list(column)
    return [value for value, _ in grouped.annotate(rows=Count("id")).order_by("-rows", column)]


def _middle() -> int:
    found = Customer.objects.order_by("name", "id").filter(name__gte="M").values_list("pk", flat=True).first()
    assert found is not None
    return found


def _print_times(what: str, found: list[float], page: list[float]) -> None:
    print(json.dumps({"what": what, "found": found, "page": page}), flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]))
