"""Talking to one upstream each: fetch pages, read one, map to our fields. Plain Python, no Django."""
