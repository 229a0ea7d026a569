"""The connector for CSV and JSON-lines files: read-only, full passes only."""

CONNECTOR = f"{__name__}.connector:File"
READERS = {"customer": f"{__name__}.record:FileReader"}
