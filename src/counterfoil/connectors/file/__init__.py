"""A CSV or JSON-lines file as an upstream of its own: read-only, full passes only."""

CONNECTOR = f"{__name__}.connector:File"
READERS = {"customer": f"{__name__}.record:FileReader"}
