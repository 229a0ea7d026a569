"""Receive webhooks, store them, and work on them afterwards."""
