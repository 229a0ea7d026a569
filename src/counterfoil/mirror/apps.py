"""Django's entry for the mirror."""

from django.apps import AppConfig


class MirrorConfig(AppConfig):
    """Tables carry plain names (customer, run, change ...), because developers read them by SQL."""

    name = "counterfoil.mirror"
    label = "mirror"
    verbose_name = "Mirror"
