"""Webhooks: received, stored, answered; then worked on through the one door (DESIGN law 6)."""
