"""Webhook addresses after the prefix: one per connector, optionally followed by a connection's number or name."""

from django.urls import path

from counterfoil.connectors.registry import manifests
from counterfoil.webhooks.receive import receive

urlpatterns = [
    path(f"{manifest.webhook_path}{ending}", receive, {"upstream": manifest.name})
    for manifest in manifests().values()
    if manifest.webhook_path
    for ending in ("", "/<str:connection>")
]
