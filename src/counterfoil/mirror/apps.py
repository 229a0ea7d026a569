"""Django's entry for the mirror."""

from importlib import import_module

import django_stubs_ext
from django.apps import AppConfig
from django.db.models.signals import post_migrate

django_stubs_ext.monkeypatch()  # `TextField[str]` and the like, in whichever project this is installed


class MirrorConfig(AppConfig):
    """Tables are called counterfoil_customer, counterfoil_run and so on: developers read them by SQL."""

    name = "counterfoil.mirror"
    label = "counterfoil_mirror"
    verbose_name = "Mirror"

    def ready(self) -> None:
        import_module("counterfoil.mirror.checks")  # registers them
        requirements = import_module("counterfoil.mirror.requirements")
        post_migrate.connect(requirements.record_requirements, sender=self)
