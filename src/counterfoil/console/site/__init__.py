"""The frame of all screens: menu, permissions, theme, errors, command palette."""
