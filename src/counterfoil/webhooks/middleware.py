"""Answer webhooks before all other middleware: they arrive by the thousand and need no session or cookies."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.urls import Resolver404, resolve

PREFIX = "/api/webhooks/"


def webhooks_first(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Answer requests to webhook addresses, and pass all others on."""

    def answer(request: HttpRequest) -> HttpResponse:
        if not request.path_info.startswith(PREFIX):
            return get_response(request)
        try:
            match = resolve(f"/{request.path_info.removeprefix(PREFIX)}", "counterfoil.webhooks.urls")
        except Resolver404:
            return HttpResponse(b'{"status":"not found"}', status=404, content_type="application/json")
        response: HttpResponse = match.func(request, *match.args, **match.kwargs)
        return response

    return answer
