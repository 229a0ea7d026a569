"""Invented organisations, contacts, persons and invoices: the same for the same seed and day on every machine."""
