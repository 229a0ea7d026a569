"""The switches of a simulated upstream as they stand, changed all at once or not at all."""

import threading
from typing import Any

import msgspec


class SwitchBoard[S: msgspec.Struct]:
    """Holds the current switches; a change is checked and then seen by everybody at once."""

    def __init__(self, kind: type[S], **changes: Any) -> None:
        self._kind = kind
        self._lock = threading.Lock()
        self.now: S = kind()
        self.change(**changes)

    def change(self, **changes: Any) -> None:
        """Set switches by name; a wrong name or value raises ValueError and changes nothing."""
        with self._lock:
            merged = msgspec.structs.asdict(self.now) | changes
            try:
                self.now = msgspec.convert(merged, self._kind)
            except msgspec.ValidationError as error:
                raise ValueError(str(error)) from error

    def all(self) -> dict[str, Any]:
        """Name and value of every switch."""
        return msgspec.structs.asdict(self.now)
