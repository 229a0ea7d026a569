"""The Django app of logging in."""

from django.apps import AppConfig


class LoginConfig(AppConfig):
    """One table: how often passwords were tried."""

    name = "counterfoil.login"
    label = "counterfoil_login"
    verbose_name = "Log-in"
