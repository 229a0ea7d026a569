"""The Django app of webhooks."""

from django.apps import AppConfig


class WebhooksConfig(AppConfig):
    """Tables carry plain names (delivery, endpoint), because developers read them by SQL."""

    name = "counterfoil.webhooks"
    label = "counterfoil_webhooks"
    verbose_name = "Webhooks"
