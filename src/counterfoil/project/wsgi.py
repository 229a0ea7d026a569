"""The server's entry."""

import os
from importlib import import_module

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "counterfoil.project.settings")
application = get_wsgi_application()
import_module("counterfoil.project.urls")  # loads the screens before anybody waits for one
