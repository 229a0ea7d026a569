"""The log does not grow by what strangers send; what the product does itself is all written."""

import logging

from counterfoil.project.log_limit import MOST, SPAN_SECONDS, LogLimit


class Lines:
    """Lines that passed, at a time that the test sets."""

    def __init__(self) -> None:
        self.now = 0.0
        self._limit = LogLimit(lambda: self.now)
        self.written: list[logging.LogRecord] = []

    def say(self, name: str, message: object, status: int | None = None) -> None:
        record = logging.LogRecord(name, logging.WARNING, "", 0, message, (), None)
        if status is not None:
            record.status_code = status
        if self._limit.filter(record):
            self.written.append(record)


def test_a_flood_of_refused_requests_writes_few_lines_and_their_number() -> None:
    lines = Lines()
    for number in range(1000):
        lines.say("django.request", f"Not Found: /{number}", 404)
    assert len(lines.written) == MOST
    lines.say("django.request", "Forbidden: /x", 403)
    assert len(lines.written) == MOST + 1, "another kind is seen"
    lines.now = SPAN_SECONDS
    lines.say("django.request", "Not Found: /last", 404)
    assert lines.written[-1].getMessage() == f"Not Found: /last ({1000 - MOST} like it were left out)"


def test_hosts_that_are_made_up_are_one_kind() -> None:
    lines = Lines()
    for number in range(1000):
        lines.say("django.security.DisallowedHost", f"Invalid HTTP_HOST header: '{number}.example'")
    assert len(lines.written) == MOST


def test_lines_with_values_are_told_apart_by_their_event() -> None:
    lines = Lines()
    for event in ("webhook refused", "webhook not stored"):
        for number in range(100):
            lines.say("counterfoil.webhooks.receive", {"event": event, "upstream": str(number)})
    assert len(lines.written) == 2 * MOST
    lines.now = SPAN_SECONDS
    lines.say("counterfoil.webhooks.receive", {"event": "webhook refused"})
    assert lines.written[-1].msg == {"event": "webhook refused", "left_out": 100 - MOST}


def test_what_the_product_does_is_all_written() -> None:
    lines = Lines()
    for _ in range(1000):
        lines.say("counterfoil.console.customers.export", {"event": "customers exported"})
    assert len(lines.written) == 1000
