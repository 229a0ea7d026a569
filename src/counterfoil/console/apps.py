"""Django's entry for the console."""

from django.apps import AppConfig, apps
from django.contrib.admin.apps import SimpleAdminConfig
from django.db.models.signals import post_migrate


class ConsoleConfig(AppConfig):
    """The screens over the mirror's models."""

    name = "counterfoil.console"
    label = "counterfoil_console"
    verbose_name = "Console"

    def ready(self) -> None:
        """Keep the groups of the roles up to date with every migration of the mirror."""
        from counterfoil.console.site import role_groups

        post_migrate.connect(role_groups.after_migrate, sender=apps.get_app_config("counterfoil_mirror"))


class SiteConfig(SimpleAdminConfig):
    """Django's admin with our own site in the place of the usual one. Its screens are loaded with the addresses:
    a command that serves nobody needs none."""

    default_site = "counterfoil.console.site.site.ConsoleSite"
