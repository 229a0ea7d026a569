"""Edits, pushes, conflicts, creations."""
