"""The invoice screens: list and page."""
