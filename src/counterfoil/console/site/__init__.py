"""The frame around all screens: menu, permissions, theme, error pages, command palette."""
