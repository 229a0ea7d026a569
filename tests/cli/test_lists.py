"""`connections`, `runs`, `invoices`, `user`: lists for people and as JSON; the version, the help, errors once."""

import json
import re
from importlib.metadata import version

import pytest

from counterfoil_simulators.robaws import RobawsSimulator
from tests.support.install import Install

pytestmark = pytest.mark.once

UTC = re.compile(r"20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z")


def times(value: object) -> list[str]:
    """Return every time in parsed JSON."""
    if isinstance(value, dict):
        return [
            *(str(one) for key, one in value.items() if one and str(key).endswith("_at")),
            *(time for one in value.values() for time in times(one)),
        ]
    return [time for one in value for time in times(one)] if isinstance(value, list) else []


def test_every_list_is_json_with_times_in_utc(install: Install, sim: RobawsSimulator) -> None:
    install.connect(sim)
    install.run("sync", "acme")
    install.run("user", "add", "anna")
    for command in (
        ("connections", "list"),
        ("connections", "show", "acme"),
        ("runs", "list"),
        ("runs", "show", "1"),
        ("invoices", "list"),
        ("user", "list"),
        ("schedule", "list"),
        ("status",),
    ):
        said = install.json(*command, "--json")
        assert all(UTC.fullmatch(time) for time in times(said)), (command, times(said))
        assert all(re.fullmatch("[a-z0-9_]+", key) for one in said for key in one if isinstance(one, dict))
    assert install.json("connections", "list", "--json")[0]["state"] == "active"
    assert [run["run"] for run in install.json("runs", "list", "acme", "--json")] == [2, 1]
    assert install.json("user", "list", "--json")[0]["roles"] == ["superuser"]


def test_times_for_people_have_one_zone_and_its_name(install: Install, sim: RobawsSimulator) -> None:
    install.environment["COUNTERFOIL_TIME_ZONE"] = "Asia/Tokyo"
    install.connect(sim)
    install.run("sync", "acme")
    first = sim.control.ids()[0]
    for command in (("runs", "list"), ("runs", "show", "1"), ("connections", "show", "acme")):
        assert re.search(r"20\d\d-\d\d-\d\d \d\d:\d\d(:\d\d)? JST", install.run(*command).stdout), command
    assert " JST" in install.run("customers", "show", "acme", first).stdout
    assert " UTC" not in install.run("customers", "show", "acme", first).stdout


def test_a_connection_is_renamed_paused_resumed_and_removed(install: Install, sim: RobawsSimulator) -> None:
    install.connect(sim)
    assert "Renamed acme to Acme NV." in install.run("connections", "rename", "acme", "Acme NV").stdout
    assert install.run("connections", "pause", "acme nv").returncode == 0
    refused = install.run("sync", "acme nv")
    assert (refused.returncode, "“Acme NV” is paused." in refused.stderr) == (2, True)
    assert install.run("resume", "acme nv").returncode == 0
    unsaid = install.run("connections", "remove", "acme nv", "--delete", "--confirm", "acme nv")
    assert (unsaid.returncode, "nothing was changed" in unsaid.stderr) == (2, True)
    done = install.run("connections", "remove", "acme nv", stdin="n\nAcme NV\n")
    assert "Removed acme nv and deleted its records." in done.stdout
    assert not re.search(r"U\+000D|\r", done.stdout + done.stderr)
    assert install.run("doctor", "--offline").returncode == 0, "an empty database is no other one"
    assert install.json("connections", "list", "--json") == []


def test_what_acts_answers_in_json_too(install: Install, sim: RobawsSimulator) -> None:
    install.connect(sim)
    renamed = install.json("connections", "rename", "acme", "Acme NV", "--json")
    assert (renamed["name_before"], renamed["name"], renamed["changed"]) == ("acme", "Acme NV", True)
    paused = install.json("connections", "pause", "acme nv", "--json")
    assert (UTC.fullmatch(paused["paused_at"]) is not None, paused["changed"]) == (True, True)
    assert install.json("connections", "resume", "acme nv", "--json")["was_paused"] is True
    refused = install.run("connections", "remove", "acme nv", "--keep", "--json")
    assert (refused.returncode, "--confirm" in refused.stderr) == (2, True)
    kept = install.json("connections", "remove", "acme nv", "--keep", "--confirm", "Acme NV", "--json")
    assert (kept["records"], kept["name"]) == ("kept", "Acme NV (removed)")
    gone = install.json("connections", "remove", kept["name"], "--delete", "--confirm", kept["name"], "--json")
    assert (gone["id"], gone["records"], gone["name"]) == (kept["id"], "deleted", None)
    install.run("user", "add", "anna")
    install.run("user", "add", "bert")
    assert install.run("user", "remove", "bert", "--json").returncode == 2
    assert install.json("user", "remove", "bert", "--yes", "--json")["name"] == "bert"


def test_the_last_user_who_may_do_everything_stays(install: Install) -> None:
    install.run("user", "add", "anna")
    install.run("user", "add", "bert")
    assert install.run("user", "remove", "anna", "--yes").returncode == 2
    assert install.run("user", "remove", "bert", stdin="n\n").returncode == 1
    assert install.run("user", "remove", "bert", "--yes").returncode == 0
    assert [user["name"] for user in install.json("user", "list", "--json")] == ["anna"]


def test_version_short_help_and_completion(install: Install) -> None:
    assert install.run("--version").stdout.strip() == f"counterfoil {version('counterfoil')}"
    for command in ((), ("connections",), ("runs", "list"), ("connect", "robaws")):
        assert "Usage:" in install.run(*command, "-h").stdout, command
    install.environment["_COUNTERFOIL_COMPLETE"] = "source_bash"
    assert "complete_bash" in install.run().stdout


def test_an_error_is_printed_once(install: Install, sim: RobawsSimulator) -> None:
    install.connect(sim)
    sim.control.fault("error", path="/clients", status=401)  # which is not tried again, unlike others
    done = install.run("sync", "acme")
    assert done.returncode == 1, done.stderr
    printed = done.stdout + done.stderr
    assert printed.count("does not accept") == 1, printed
    assert printed.count("Error:") == 1
    asked = install.run("sync", "acme", "--json")
    assert json.loads(asked.stdout)["error"]
    assert asked.stderr.count("Error:") == 1
