"""Who goes first when many wait for a call at once."""

from enum import StrEnum


class Priority(StrEnum):
    """For whom a call is made, in the order in which they go first. Only people may use the daily reserve.

    Deliveries go before pushes: each says that a record has changed there a moment ago, and a push that knows it
    merges instead of overwriting. They come few at a time, so they hold up no push for long.
    """

    PERSON = "person"
    """Somebody looks at the screen."""
    DELIVERY = "delivery"
    PUSH = "push"
    RUN = "run"
    BACKGROUND = "background"
    """What can wait for days: it takes only turns that nobody else wants, and leaves half of the day's calls."""
