"""The app runs inside another Django project: its settings, its tables, no console."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from counterfoil_simulators.robaws import RobawsSimulator
from tests.support.install import Install

SETTINGS = """
import os
import dj_database_url

SECRET_KEY = "theirs"
INSTALLED_APPS = [
    "django.contrib.auth", "django.contrib.contenttypes", "mirror", "counterfoil.mirror", "counterfoil.webhooks",
]
DATABASES = {"default": dj_database_url.parse(os.environ["THEIR_DATABASE"])}
if "sqlite" in DATABASES["default"]["ENGINE"]:
    DATABASES["default"]["OPTIONS"] = {"transaction_mode": "IMMEDIATE", "timeout": 30}
USE_TZ = True
ROOT_URLCONF = "urls"
COUNTERFOIL_ENCRYPTION_KEYS = ["8lAgy1KHLUoYr3dBFTPYFVGzrmFxZlbt9zq2JnIhpBw="]
"""
URLS = """
from django.urls import include, path

urlpatterns = [path("api/webhooks/", include("counterfoil.webhooks.urls"))]
"""
THEIR_MODELS = """
from django.db import models


class Run(models.Model):
    kilometres = models.IntegerField()

    class Meta:
        db_table = "run"
"""
USE = """
import json, sys
import django

django.setup()
from counterfoil.connections import connect
from counterfoil.mirror.models import Customer, Run
from counterfoil.sync import plan
from counterfoil.worker.handlers import execute_run
from mirror.models import Run as TheirRun

base_url, key, secret = sys.argv[1:]
draft = connect.Draft("acme", "robaws", {"base_url": base_url, "rate": 0}, {"api_key": key, "api_secret": secret})
connection, *_ = connect.connect(draft)
for part in plan.plan_runs(connection, full=True, options=plan.RunOptions()):
    execute_run(plan.start_run(connection, part, plan.RunOptions()))
states = list(Run.objects.values_list("state", flat=True))
TheirRun.objects.create(kilometres=12)
names = dict(Customer.objects.values_list("external_id", "name"))
print(json.dumps([states, names, TheirRun.objects.count()]))
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Make a project of three files, and an app with a name and a table that ours once had."""
    folder = tmp_path / "their project"
    (folder / "mirror").mkdir(parents=True)
    (folder / "mirror" / "__init__.py").touch()
    (folder / "mirror" / "models.py").write_text(THEIR_MODELS)
    (folder / "settings.py").write_text(SETTINGS)
    (folder / "urls.py").write_text(URLS)
    (folder / "use.py").write_text(USE)
    return folder


def run(project: Path, install: Install, *arguments: str, code: int = 0) -> "subprocess.CompletedProcess[str]":
    environment = {key: value for key, value in os.environ.items() if not key.startswith("COUNTERFOIL_")}
    environment |= {
        "DJANGO_SETTINGS_MODULE": "settings",
        "THEIR_DATABASE": install.dsn or f"sqlite:///{project}/theirs.sqlite3",
        "PYTHONPATH": str(project),
    }
    done = subprocess.run(
        [sys.executable, *arguments], env=environment, cwd=project, capture_output=True, text=True, timeout=90,
        check=False,
    )  # fmt: skip
    assert done.returncode == code, done.stderr
    return done


def result(done: "subprocess.CompletedProcess[str]") -> Any:
    return json.loads(done.stdout.splitlines()[-1])


@pytest.mark.database
def test_it_mirrors_customers_beside_their_tables(sim: RobawsSimulator, project: Path, tmp_path: Path) -> None:
    with Install.fresh(tmp_path, bare=True) as install:
        run(project, install, "-m", "django", "check", "--database", "default", "--fail-level", "WARNING")
        run(project, install, "-m", "django", "migrate", "--run-syncdb", "--verbosity", "0")
        done = run(project, install, "use.py", sim.base_url, sim.api_key, sim.api_secret)
    states, names, theirs = result(done)
    assert set(states) == {"completed"}
    assert names == {client["id"]: client["name"].strip() for client in sim.control.clients()}
    assert theirs == 1


def test_without_a_key_one_line_says_which_setting_is_missing(project: Path) -> None:
    (project / "settings.py").write_text(SETTINGS.partition("COUNTERFOIL_ENCRYPTION_KEYS")[0])
    done = run(
        project, Install(project), "-c",
        "import django; django.setup()\n"
        "from counterfoil.connections.encryption import seal\n"
        "from counterfoil.errors import KeyUnusable\n"
        "try: seal({})\n"
        "except KeyUnusable as error: print(error)",
    )  # fmt: skip
    assert "COUNTERFOIL_ENCRYPTION_KEYS" in done.stdout


def test_a_warning_says_where_sqlite_would_fail_two_writers(project: Path) -> None:
    (project / "settings.py").write_text(SETTINGS.replace("IMMEDIATE", "DEFERRED"))
    check = ("-m", "django", "check", "--database", "default", "--fail-level", "WARNING")
    done = run(project, Install(project), *check, code=1)
    assert "counterfoil.W001" in done.stderr
    assert "transaction_mode" in done.stderr
