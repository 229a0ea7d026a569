"""Invoices beyond mirroring: bringing over those that another app kept."""
