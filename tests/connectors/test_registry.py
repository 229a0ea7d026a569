"""A new connector is one folder or one installed package; nothing else has to name it."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from counterfoil.connectors import registry
from counterfoil.connectors.registry import CONNECTORS, GROUP, manifests
from tests.support.install import Install

INIT = '''"""Ledger, for a test."""

CONNECTOR = f"{__name__}.connector:Ledger"
READERS = {"customer": f"{__name__}.connector:LedgerReader"}
WEBHOOK_PATH = "ledger"
'''
MESSAGES = '''"""Stored sentences about a ledger."""

from counterfoil.messages import Template

CLOSED = Template("ledger_closed", "The ledger of {year} is closed.")
'''
CONNECTOR = '''"""Customers of a JSON-lines file, under a name of its own."""

from counterfoil.connectors.file.connector import File
from counterfoil.connectors.file.record import FileReader
from counterfoil.connectors.login import ConnectField


class LedgerReader(FileReader):
    """Its columns always have the same names."""

    default_sources = {"name": ("Name",), "phone": ("Phone",)}


class Ledger(File):
    """Asks for what the file connector is told on the command line."""

    name = "ledger"
    title = "Ledger"
    connect_fields = (
        ConnectField("path", "Path", "Where the file is."),
        ConnectField("id_column", "Id column"),
        ConnectField("token", "Token", secret=True),
    )
'''


def write_package(folder: Path, name: str) -> None:
    package = folder / name
    package.mkdir(parents=True)
    (package / "__init__.py").write_text(INIT)
    (package / "connector.py").write_text(CONNECTOR)
    (package / "messages.py").write_text(MESSAGES)


@pytest.fixture
def installed(tmp_path: Path) -> Path:
    """Create a folder of installed packages: a connector, and one that cannot be imported."""
    site = tmp_path / "site"
    write_package(site, "acme_ledger")
    (site / "broken_thing.py").write_text("import no_such_library")
    about = site / "acme_ledger-1.0.dist-info"
    about.mkdir()
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: acme-ledger\nVersion: 1.0\n")
    (about / "entry_points.txt").write_text(f"[{GROUP}]\nledger = acme_ledger\nbroken = broken_thing\n")
    return site


def test_our_own_connectors_are_the_folders_beside_the_registry() -> None:
    assert set(CONNECTORS) == set(manifests()) == {"robaws", "zoho_books", "file"}
    for name, kind in CONNECTORS.items():
        assert kind.name == name
        assert set(manifests()[name].readers) == {resource.value for resource in kind.collections}


def test_a_reader_is_loaded_without_the_connector() -> None:
    done = "import sys; from counterfoil.connectors import registry; registry.reader('robaws', 'customer'); "
    done += "print('httpx2' in sys.modules, 'counterfoil.connectors.robaws.connector' in sys.modules)"
    said = subprocess.run([sys.executable, "-c", done], capture_output=True, text=True, check=True)
    assert said.stdout.split() == ["False", "False"]


@pytest.mark.once
def test_an_installed_package_adds_a_connector_without_a_change_of_ours(
    install: Install, installed: Path, tmp_path: Path
) -> None:
    data = tmp_path / "customers.jsonl"
    data.write_text('{"Id": "1", "Name": "Garage Peeters", "Phone": "03 234 56 78"}\n')
    install.environment["PYTHONPATH"] = str(installed)
    connect = install.start(
        "connect", "ledger", "--name", "books", "--path", str(data), "--id-column", "Id", "--token", "secret",
    )  # fmt: skip
    assert connect.communicate(timeout=60)[1].startswith("Next:"), connect.returncode
    sync = install.start("sync", "books", "--json")
    run = json.loads(sync.communicate(timeout=60)[0])
    assert (run["state"], run["created"]) == ("completed", 1)
    found = install.start("customers", "search", "peeters", "--json")
    assert json.loads(found.communicate(timeout=60)[0])[0]["phone_e164"] == "+3232345678"
    listed = install.start("connect", "--help")
    assert "ledger" in listed.communicate(timeout=60)[0]


@pytest.mark.once
def test_a_package_that_cannot_be_loaded_is_named_and_the_others_work(install: Install, installed: Path) -> None:
    install.environment["PYTHONPATH"] = str(installed)
    listed = install.start("connect", "--help")
    shown = listed.communicate(timeout=60)[0]
    assert "robaws" in shown
    assert "broken" not in shown
    install.sql(
        "INSERT INTO counterfoil_connection (name, connector, settings, secrets, country, mapping_version, "
        "created_at) VALUES ('x', 'broken', '{}', '', 'BE', 1, '2026-03-01')"
    )
    sync = install.start("sync", "x")
    complaint = sync.communicate(timeout=60)[1]
    assert "The connector broken (broken_thing) cannot be loaded" in complaint
    assert "Traceback" not in complaint


SHOW_STORED = """
import sys
import django
django.setup()
from counterfoil.mirror.models.message_field import MessageField
assert not [name for name in sys.modules if name.endswith(("robaws.messages", "ledger.messages"))]
for code in sys.argv[1:]:
    stored = '[{"code":"' + code + '","values":{"year":2025}}]'
    print(MessageField().from_db_value(stored, None, None))
"""


@pytest.mark.once
def test_a_fresh_process_words_stored_sentences_of_every_connector(installed: Path, tmp_path: Path) -> None:
    environment = {
        **os.environ,
        "PYTHONPATH": str(installed),
        "DJANGO_SETTINGS_MODULE": "counterfoil.project.settings",
        "COUNTERFOIL_DATA_DIR": str(tmp_path / "data"),
    }
    codes = ("robaws_client_gone", "ledger_closed", "gone_rule")
    shown = subprocess.run(
        [sys.executable, "-c", SHOW_STORED, *codes], capture_output=True, text=True, check=True, env=environment
    )
    assert shown.stdout.splitlines() == [
        "Robaws says that this client does not exist.",
        "The ledger of 2025 is closed.",
        "gone_rule (year: 2025)",
    ]


def test_a_folder_of_our_own_is_enough(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    ours = Path(registry.__file__).parent
    copy = tmp_path / "connectors"
    shutil.copytree(ours, copy)
    write_package(copy, "ledger")
    monkeypatch.setattr(sys.modules["counterfoil.connectors"], "__path__", [str(copy)])
    monkeypatch.delitem(sys.modules, "counterfoil.connectors.ledger", raising=False)
    manifests.cache_clear()
    try:
        assert set(CONNECTORS) == {"robaws", "zoho_books", "file", "ledger"}
        assert CONNECTORS["ledger"].title == "Ledger"
    finally:
        monkeypatch.undo()
        for name in [name for name in sys.modules if name.startswith("counterfoil.connectors.ledger")]:
            del sys.modules[name]
        manifests.cache_clear()
        registry._connector.cache_clear()


def test_an_unknown_connector_raises_a_key_error() -> None:
    assert "nothing" not in CONNECTORS
    with pytest.raises(KeyError):
        CONNECTORS["nothing"]
