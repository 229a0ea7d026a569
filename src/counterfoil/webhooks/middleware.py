"""Webhooks before everything else: they need no session, no cookies and no pages, and come by the thousand."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.urls import Resolver404, resolve

PREFIX = "/api/webhooks/"


def webhooks_first(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Answers what is sent to an endpoint; anything else goes its usual way."""

    def answer(request: HttpRequest) -> HttpResponse:
        if not request.path_info.startswith(PREFIX):
            return get_response(request)
        try:
            found = resolve(f"/{request.path_info.removeprefix(PREFIX)}", "counterfoil.webhooks.urls")
        except Resolver404:
            return HttpResponse(b'{"status":"not found"}', status=404, content_type="application/json")
        answered: HttpResponse = found.func(request, *found.args, **found.kwargs)
        return answered

    return answer
