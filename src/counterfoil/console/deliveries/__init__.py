"""The screens of received webhooks."""
