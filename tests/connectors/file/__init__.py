"""The connector of files."""
