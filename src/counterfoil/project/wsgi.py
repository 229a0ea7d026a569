"""The server's entry."""

import os
from importlib import import_module
from pathlib import Path

from django.conf import settings
from django.core.wsgi import get_wsgi_application

from counterfoil.project import log_file

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "counterfoil.project.settings")
application = get_wsgi_application()
log_file.open_in(
    Path(settings.COUNTERFOIL_DATA_DIR)
)  # whichever server runs this: never to a terminal with values beside it
import_module("counterfoil.project.urls")  # loads the screens before anybody waits for one
