"""Django's entry for the inbox."""

from django.apps import AppConfig


class InboxConfig(AppConfig):
    """Tables carry plain names (delivery, endpoint), because developers read them by SQL."""

    name = "counterfoil.webhooks"
    label = "inbox"
    verbose_name = "Webhooks"
