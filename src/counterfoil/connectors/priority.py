"""Which call goes first when several wait."""

from enum import StrEnum


class Priority(StrEnum):
    """Whom a call is made for, in the order of who goes first. Only PERSON may use the daily reserve.

    Deliveries go before pushes: each means that a record has just changed upstream, and a push that knows this
    merges instead of overwriting. They are few at a time and delay no push for long.
    """

    PERSON = "person"
    """A user waits at the screen."""
    DELIVERY = "delivery"
    PUSH = "push"
    RUN = "run"
    BACKGROUND = "background"
    """Work that can wait for days: it gets calls only while nothing else waits, and leaves half of the day's."""
