"""Passwords: how often they may be tried, and how many are checked at once."""
