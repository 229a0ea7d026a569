"""Addresses of the inbox, after the prefix. That of Robaws is the one that was first asked for."""

from django.urls import path

from counterfoil.webhooks.receive import receive

urlpatterns = [
    path("robaws/customers", receive, {"upstream": "robaws"}),
    path("robaws/customers/<str:connection>", receive, {"upstream": "robaws"}),
    path("zoho/<str:connection>", receive, {"upstream": "zoho_books"}),
]
