"""What a person may choose where a column of amounts or dates does not tell how it is written."""

from enum import StrEnum


class Decimals(StrEnum):
    """What stands before the decimals of amounts."""

    COMMA = "comma"
    POINT = "point"


class Dates(StrEnum):
    """What comes first in dates."""

    DAY_FIRST = "day-first"
    MONTH_FIRST = "month-first"
