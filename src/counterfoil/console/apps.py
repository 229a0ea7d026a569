"""The console's Django apps."""

from django.apps import AppConfig, apps
from django.contrib.admin.apps import SimpleAdminConfig
from django.db.models.signals import post_migrate


class ConsoleConfig(AppConfig):
    """The app of the console's screens."""

    name = "counterfoil.console"
    label = "counterfoil_console"
    verbose_name = "Console"

    def ready(self) -> None:
        """Update the groups of the roles after every migration of the mirror."""
        from counterfoil.console.site import role_groups

        post_migrate.connect(role_groups.after_migrate, sender=apps.get_app_config("counterfoil_mirror"))


class SiteConfig(SimpleAdminConfig):
    """Django's admin with our own site. Screens are loaded with the addresses, so a command that serves no pages
    loads none.
    """

    default_site = "counterfoil.console.site.site.ConsoleSite"
