"""Invented organisations, contacts, persons and invoices, identical for the same seed and day on every machine."""
