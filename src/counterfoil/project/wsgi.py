"""The WSGI entry point."""

import os
from importlib import import_module
from pathlib import Path

from django.conf import settings
from django.core.wsgi import get_wsgi_application

from counterfoil.project import log_file
from counterfoil.project.database_watch import watched
from counterfoil.project.text_encoding import utf8_only

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "counterfoil.project.settings")
application = watched(utf8_only(get_wsgi_application()))
# Whichever server runs this, never log to a terminal, where other output may show values.
log_file.open_in(Path(settings.COUNTERFOIL_DATA_DIR))
for name in ("counterfoil.project.urls", "counterfoil.webhooks.urls"):
    import_module(name)  # loads what answers before the first request
