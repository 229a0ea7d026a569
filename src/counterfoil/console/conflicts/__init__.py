"""The conflict screens: list, page and bulk decisions."""
