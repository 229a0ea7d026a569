"""A CSV or JSON-lines file as an upstream of its own: read-only, full passes only."""
