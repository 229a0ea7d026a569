"""SQLite, with a watch over its file and with waits that end in time."""
