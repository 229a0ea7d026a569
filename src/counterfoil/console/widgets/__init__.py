"""Small pieces of all screens: badges, charts, formats."""
