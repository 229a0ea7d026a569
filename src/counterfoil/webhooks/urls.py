"""Addresses of webhooks, after the prefix: of each connector, and of one connection by its number or name."""

from django.urls import path

from counterfoil.connectors.registry import manifests
from counterfoil.webhooks.receive import receive

urlpatterns = [
    path(f"{manifest.webhook_path}{ending}", receive, {"upstream": manifest.name})
    for manifest in manifests().values()
    if manifest.webhook_path
    for ending in ("", "/<str:connection>")
]
