"""Receive webhooks, store them, and process them afterwards."""
