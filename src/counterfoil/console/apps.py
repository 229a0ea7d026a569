"""Django's entry for the console."""

from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig


class ConsoleConfig(AppConfig):
    """The screens over the mirror's models."""

    name = "counterfoil.console"
    label = "console"
    verbose_name = "Console"


class SiteConfig(AdminConfig):
    """Django's admin with our own site in the place of the usual one."""

    default_site = "counterfoil.console.site.ConsoleSite"
