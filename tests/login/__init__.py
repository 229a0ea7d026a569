"""Passwords and sessions."""
