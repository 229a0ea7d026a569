"""Values of environment variables, or one clear line about what is wrong with them."""

import os

from counterfoil.connections import cron_times
from counterfoil.errors import InvalidSetting


def seconds(name: str, usual: str) -> float:
    """A number of seconds, above nought. Raises InvalidSetting."""
    said = os.environ.get(name, "").strip() or usual
    try:
        found = float(said)
    except ValueError:
        found = -1.0
    if not 0 < found < 86_400:
        raise InvalidSetting(f"{name} is no number of seconds.", f"Give one such as {usual}, or leave it out.")
    return found


def days(name: str, usual: str) -> int:
    """A number of days, at least one. Raises InvalidSetting."""
    said = os.environ.get(name, "").strip() or usual
    if not (said.isascii() and said.isdigit() and 1 <= int(said[:6]) <= 36_500):
        raise InvalidSetting(f"{name} is no number of days.", f"Give one such as {usual}, or leave it out.")
    return int(said)


def time_zone(name: str, usual: str) -> str:
    """A time zone of the IANA database. Raises InvalidSetting."""
    said = os.environ.get(name, "").strip() or usual
    if cron_times.find_zone(said) is None:
        raise InvalidSetting(
            f"{name} names no time zone that is known.", f"Give one such as {usual}, or leave it out."
        )
    return said


def switch(name: str, usual: str = "0") -> bool:
    """Whether it is on: 1, true, yes or on. Raises InvalidSetting for what is neither that nor its opposite."""
    said = os.environ.get(name, "").strip().lower() or usual
    if said in {"1", "true", "yes", "on"}:
        return True
    if said in {"0", "false", "no", "off"}:
        return False
    raise InvalidSetting(f"{name} is neither on nor off.", "Set it to 1 or 0, or leave it out.")
