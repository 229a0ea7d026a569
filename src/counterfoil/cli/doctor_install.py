"""What `doctor` says of the install as a whole: whether it is held after a restore."""

from collections.abc import Iterator


def findings() -> Iterator[tuple[str, bool, str]]:
    """Say that the install is held, where it is."""
    from django.utils import timezone

    from counterfoil.mirror import hold

    held = hold.current()
    if held is not None:
        since = f"{timezone.localtime(held.since):%Y-%m-%d %H:%M}"
        words = f"on hold since a backup was restored on {since}: nothing is synced or sent."
        yield "install", False, f"{words} If it is the one in use now, run `counterfoil go-live`."
