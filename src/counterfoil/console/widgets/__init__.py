"""Building blocks of all screens: badges, charts, formats."""
