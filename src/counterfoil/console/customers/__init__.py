"""The customer screens: list, page, editing, creating and bulk actions."""
