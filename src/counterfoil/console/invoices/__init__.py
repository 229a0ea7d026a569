"""The screens of invoices."""
