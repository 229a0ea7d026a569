"""Django's entry for the console."""

from django.apps import AppConfig


class ConsoleConfig(AppConfig):
    """The admin site with the mirror's models."""

    name = "counterfoil.console"
    label = "console"
    verbose_name = "Console"
