"""A simulator of the Robaws REST API v2."""
