"""`status`, `customers`, `doctor`: the commands that operators read."""

import re
from pathlib import Path

import pytest

from counterfoil_simulators.robaws import RobawsSimulator
from tests.support.install import Install

pytestmark = pytest.mark.once

CUSTOMER_KEYS = {
    "external_id", "name", "email", "phone", "mobile", "vat_number", "role", "street", "city", "postal_code",
    "country", "is_active", "state", "last_synced_at",
}  # fmt: skip


def test_status_of_an_empty_install_shows_how_to_start(install: Install) -> None:
    done = install.run("status")
    assert done.returncode == 0
    assert "Nothing is connected yet" in done.stderr
    nobody = {"is_running": False, "running": 0, "last_seen_at": None}
    assert install.json("status", "--json") == {
        "held_since": None, "connections": [], "runs": [], "worker": nobody,
    }  # fmt: skip


def test_status_shows_freshness_runs_and_quota(install: Install, sim: RobawsSimulator) -> None:
    install.connect(sim, "acme", "--daily-reserve", "300")
    install.run("sync", "acme")
    done = install.run("status")
    assert "No worker is running: nothing is synced or sent automatically, and webhooks wait." in done.stderr
    assert "Start `counterfoil serve`, or `counterfoil worker` alone." in done.stderr
    printed = done.stdout
    for words in (
        "acme",
        "healthy",
        "250 in Robaws",
        "just now",
        "of 10,000 left today",
        "300 reserved for users",
    ):
        assert words in printed, printed
    (connection,) = install.json("status", "--json")["connections"]
    assert connection["customers"] == {"present": 250}
    assert connection["others"]["contact persons"]["present"] > 50
    assert connection["calls_left_today"] == 10_000 - 7


def test_status_shows_what_todays_calls_were_for(install: Install, sim: RobawsSimulator) -> None:
    install.connect(sim)
    assert re.search(r"today +1 of 10,000 calls: 1 for users\n", install.run("status").stdout)
    sim.control.set_daily_remaining(9_989)
    install.run("sync", "acme")
    install.run("sync", "acme", "--client-id", sim.control.ids()[0])
    calls = sim.control.stats()["requests"] - 1
    assert re.search(
        rf"today +{calls + 11} of 10,000 calls: 3 for users, {calls - 2} for syncs, 10 others\n",
        install.run("status").stdout,
    )
    (connection,) = install.json("status", "--json")["connections"]
    assert connection["calls_today"] == {
        "day": connection["calls_today"]["day"], "used": calls + 11, "by_kind": {"person": 3, "run": calls - 2},
        "others": 10,
    }  # fmt: skip


def test_a_customer_is_shown_with_the_promised_keys(install: Install, sim: RobawsSimulator) -> None:
    install.connect(sim)
    install.run("sync", "acme")
    (found,) = install.json("customers", "search", "aeon shipping", "--json")
    assert (found["name"], found["role"]) == ("Aeon Shipping LLC", "FORWARDER")
    shown = install.json("customers", "show", "acme", found["external_id"], "--json")
    assert set(shown) >= CUSTOMER_KEYS
    assert shown["state"] == "present"
    assert "Aeon Shipping LLC" in install.run("customers", "show", "acme", found["external_id"]).stdout


def test_the_best_phone_number_is_shown_with_whose_it_is(install: Install, sim: RobawsSimulator) -> None:
    (owner,) = sim.control.add(fields={"name": "Acme", "tel": "03 234 56 78", "email": "info@acme.example"})
    install.connect(sim)
    install.run("sync", "acme", "--client-id", owner)
    shown = install.json("customers", "show", "acme", owner, "--json")
    assert (shown["best_phone"], shown["best_phone_of"]) == ("+3232345678", "company number")
    sim.control.add_contact(owner, {"name": "Jan", "surname": "Peeters", "gsm": "0475 12 34 56"})
    install.run("sync", "acme", "--client-id", owner)
    shown = install.json("customers", "show", "acme", owner, "--json")
    assert (shown["best_phone"], shown["best_phone_of"]) == ("+32475123456", "Jan Peeters")
    assert (shown["best_email"], shown["best_email_of"]) == ("info@acme.example", "company e-mail")
    printed = install.run("customers", "show", "acme", owner).stdout
    assert re.search(r"Best phone number +\+32475123456", printed)
    assert re.search(r"Best phone number of +Jan Peeters", printed)
    assert re.search(r"Best e-mail of +the company", printed)


def test_invalid_values_are_shown_with_the_reason(install: Install, sim: RobawsSimulator) -> None:
    first = sim.control.ids()[0]
    sim.control.change(ids=[first], fields={"tel": "03/12", "vatIdNumber": "BE0000000001"})
    install.connect(sim)
    install.run("sync", "acme", "--client-id", first)
    printed = install.run("customers", "show", "acme", first).stdout
    assert "03/12" in printed
    assert "too short for a number in Belgium" in printed


def test_doctor_passes_and_reports_what_is_wrong(install: Install, sim: RobawsSimulator) -> None:
    install.connect(sim)
    done = install.run("doctor")
    assert done.returncode == 0, done.stdout + done.stderr
    for what in ("settings", "database", "migrations", "key", "acme", "clock"):
        assert f"✓ {what}" in done.stdout
    sim.control.clock_move(5050)
    done = install.run("doctor")
    assert done.returncode == 1
    assert "differ by 5,0" in done.stdout
    sim.control.clock_move(-5050)
    sim.stop()
    done = install.run("doctor")
    assert done.returncode == 1
    assert "✗ acme" in done.stdout
    assert "cannot be reached" in done.stdout
    sim.start()


def test_no_arguments_print_the_help_and_every_verb_has_one(install: Install) -> None:
    printed = install.run("--help").stdout
    for verb in (
        "connect",
        "sync",
        "status",
        "customers",
        "approve",
        "serve",
        "worker",
        "demo",
        "doctor",
        "simulate",
    ):
        assert verb in printed
        assert install.run(verb, "--help").returncode == 0


def test_the_first_command_of_an_install_makes_its_tables(tmp_path: Path) -> None:
    with Install.fresh(tmp_path, bare=True) as install:
        done = install.run("status")
        assert done.returncode == 0, done.stderr
        assert "Nothing is connected yet" in done.stderr
        assert install.sql("SELECT count(*) FROM counterfoil_customer") == [(0,)]


def test_a_search_says_what_was_probably_meant(install: Install, sim: RobawsSimulator) -> None:
    sim.control.add(1, fields={"name": "Garage Verstraeten", "address": {"city": "Lokeren"}})
    install.connect(sim)
    install.run("sync", "acme")
    ran = install.run("customers", "search", "verstreaten lokern")
    assert "Garage Verstraeten" in ran.stdout
    assert "No customers match “verstreaten lokern”." in ran.stderr
    assert "Did you mean “verstraeten lokeren”?" in ran.stderr
    (found,) = install.json("customers", "search", "verstreaten lokern", "--json")
    assert found["name"] == "Garage Verstraeten"
    assert "Did you mean" not in install.run("customers", "search", "garage").stderr
