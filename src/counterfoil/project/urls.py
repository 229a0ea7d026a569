"""Addresses."""

from django.contrib import admin
from django.urls import include, path

urlpatterns = [path("api/webhooks/", include("counterfoil.inbox.urls")), path("", admin.site.urls)]
