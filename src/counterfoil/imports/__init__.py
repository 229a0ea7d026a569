"""Bring over what another app has kept."""
