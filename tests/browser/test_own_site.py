"""Nothing is fetched from anywhere else."""

from playwright.sync_api import Request

from tests.browser.screens import NAMES, address
from tests.browser.visitor import Visitor
from tests.support.console import Console


def test_no_request_ever_leaves_the_site(visitor: Visitor, office: Console) -> None:
    page = visitor.open(office)
    asked: list[Request] = []

    def note(request: Request) -> None:
        asked.append(request)

    page.on("request", note)
    for name in NAMES:
        page.goto(address(office, name))
    elsewhere = {request.url for request in asked if not request.url.startswith((f"{office.url}/", "data:"))}
    assert elsewhere == set()
    kinds = {request.resource_type for request in asked}
    assert {"document", "stylesheet", "script", "font"} <= kinds
