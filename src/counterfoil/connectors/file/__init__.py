"""The connector for files of data: read-only, full passes only."""

CONNECTOR = f"{__name__}.connector:File"
_READER = f"{__name__}.record:FileReader"
READERS = {"customer": _READER, "contact_person": _READER, "invoice": _READER}
