"""The WSGI entry point."""

import multiprocessing
import os
import signal
from importlib import import_module
from pathlib import Path

from django.conf import settings
from django.core.wsgi import get_wsgi_application

from counterfoil.project import log_file
from counterfoil.project.file_watch import watch_file
from counterfoil.project.parent_process import watch_parent
from counterfoil.project.text_encoding import utf8_only

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "counterfoil.project.settings")
application = utf8_only(get_wsgi_application())
# Whichever server runs this, never log to a terminal, where other output may show values.
log_file.open_in(Path(settings.COUNTERFOIL_DATA_DIR))
import_module("counterfoil.project.urls")  # loads the screens before the first request
if serve := multiprocessing.parent_process():
    # A `serve` that is killed must not leave its port taken.
    watch_parent(serve.pid or 0, lambda: os.kill(os.getpid(), signal.SIGTERM), grace_seconds=5.0)
watch_file()
