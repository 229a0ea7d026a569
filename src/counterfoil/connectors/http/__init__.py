"""Speak HTTP to an upstream: one client, its errors, and its access tokens."""
