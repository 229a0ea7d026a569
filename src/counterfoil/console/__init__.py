"""The console: what office staff and operators see in the browser."""
