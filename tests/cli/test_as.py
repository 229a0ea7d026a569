"""`--as USER`: the command line as a user. In every command, data that a user may not see do not exist."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer

from counterfoil.cli import acting_user
from counterfoil.cli.main import app
from counterfoil_simulators.robaws import RobawsSimulator
from tests.support.install import Install

pytestmark = [pytest.mark.database, pytest.mark.once]

MARK = "zanzibar"
"""A word in the data of anna's connection, and nowhere else."""
KEPT, ABSENT = "books", "no-such"
URL = "https://anna.invalid/api/webhooks/robaws/customers"


class Office:
    """Anna and Bert each have a connection called "books"; Carl has none; "acme" belongs to everyone."""

    def __init__(self, install: Install, sim: RobawsSimulator, theirs: RobawsSimulator) -> None:
        self.install, self.sim = install, sim
        for name in ("anna", "bert", "carl"):
            install.run("user", "add", name, "--role", "operator")
        self.first = sim.control.ids()[40]
        sim.control.change(ids=[self.first], fields={"name": f"{MARK} cars"}, rename=True)
        sim.control.fault("garbage", path="/clients", page=0, position=45, shape="name_object")
        install.connect(theirs, "acme")
        self.connect("anna", sim)
        self.connect("bert", theirs)
        install.run("--as", "anna", "sync", KEPT)
        install.run("--as", "bert", "sync", KEPT)
        sim.control.delete(ids=sim.control.ids()[:30])
        install.run("--as", "anna", "webhooks", "accept", KEPT, "--url", URL, "--secret", "anna-s-own-secret")
        install.sql(
            "INSERT INTO counterfoil_delivery (id, connection_id, event_id, event, resource, external_id, "
            "state, reason,"
            " received_at, ticket, tries, calls, content_type, body, claim) VALUES (77, 2, 'e', 'client.updated',"
            f" 'customer', '{self.first}', 'dead', '{MARK}', '2026-01-01 00:00:00+00:00', 1, 10, 0, '', NULL, '')"
        )
        install.run("--as", "anna", "customers", "set", KEPT, self.first, f"city={MARK}")
        install.run("--as", "anna", "customers", "create", KEPT, "name=Brand New")
        install.run("--as", "anna", "policy", "set", KEPT, "city", "ours")
        moment = "'2026-01-01 00:00:00+00:00'"
        install.sql(
            "INSERT INTO counterfoil_conflict (id, connection_id, resource, record_id, kind, field, base, "
            "ours, theirs,"
            " theirs_source, theirs_at, raised_at, by_policy, decision) SELECT 77, 2, 'customer', id, 'both',"
            f" 'email', 'null', '\"{MARK}\"', 'null', 'run', {moment}, {moment}, false, ''"
            f" FROM counterfoil_customer WHERE connection_id = 2 AND external_id = '{self.first}'"
        )
        self.stopped = install.json("--as", "anna", "sync", KEPT, "--full", "--json")["run"]

    def connect(self, who: str, sim: RobawsSimulator) -> None:
        done = self.install.run(
            "--as", who, "connect", "robaws", "--name", KEPT, "--base-url", sim.base_url, "--api-key", sim.api_key,
            "--api-secret", sim.api_secret, "--rate", "0", "--daily-reserve", "0",
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        assert f"Connected {KEPT} for {who} only" in done.stdout

    def carl(self, *words: str) -> tuple[int, str]:
        """Run a command as Carl. Returns its exit code and everything it prints."""
        done = self.install.run(*words, "--as", "carl")
        assert MARK not in (done.stdout + done.stderr).lower()
        return done.returncode, done.stdout + done.stderr

    def rows(self) -> list[Any]:
        """Return all rows that belong to Anna, which no other user may change."""
        return [
            self.install.sql(f"SELECT {columns} ORDER BY 1")
            for columns in (
                "id, name, owner_id, country, mapping_version FROM counterfoil_connection",
                "id, version, state, name FROM counterfoil_customer WHERE connection_id = 2",
                "id, state, note, requested_by_id, approved_at FROM counterfoil_run WHERE connection_id = 2",
                "id, tries, resolved_at FROM counterfoil_quarantine WHERE connection_id = 2",
                "id, role FROM counterfoil_role_override WHERE connection_id = 2",
                "id FROM counterfoil_field_map WHERE connection_id = 2",
                "id, state, tries FROM counterfoil_delivery",
                "id, url, sealed FROM counterfoil_endpoint",
                "id, cron, is_on, missed, next_at FROM counterfoil_schedule",
                "id, field, made_at, conflict_id FROM counterfoil_pending_edit",
                "id, settled_at FROM counterfoil_conflict",
                "id, rule FROM counterfoil_policy",
            )
        ]


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    """Set up once for all tests of this file, which change nothing that another one checks."""
    with (
        Install.fresh(tmp_path_factory.mktemp("office")) as install,
        RobawsSimulator(customers=250, seed=7, rate=None) as sim,
        RobawsSimulator(customers=250, seed=7, rate=None) as theirs,
    ):
        yield Office(install, sim, theirs)


BY_NAME: tuple[tuple[str, ...], ...] = (
    ("import", "invoices", __file__, "--connection", "{name}"),
    ("sync", "{name}"),
    ("sync", "{name}", "--client-id", "{one}"),
    ("customers", "search", MARK[:5], "--connection", "{name}"),
    ("customers", "show", "{name}", "{one}"),
    ("customers", "show", "{name}", "{one}", "--at", "1m", "--sources"),
    ("customers", "history", "{name}", "{one}"),
    ("customers", "history", "{name}", "{one}", "--field", "name", "--json"),
    ("customers", "export", "--connection", "{name}"),
    ("customers", "set", "{name}", "{one}", "city=Gent"),
    ("customers", "set", "{name}", "#1", "city=Gent"),
    ("customers", "create", "{name}", "name=New"),
    ("customers", "discard", "{name}", "#1"),
    ("customers", "edits", "{name}"),
    ("customers", "delete", "{name}", "{one}", "--yes"),
    ("customers", "deactivate", "{name}", "{one}"),
    ("customers", "activate", "{name}", "{one}"),
    ("customers", "persons", "list", "{name}", "{one}"),
    ("customers", "persons", "set", "{name}", "#1", "first_name=New"),
    ("customers", "persons", "add", "{name}", "{one}", "first_name=New"),
    ("customers", "persons", "discard", "{name}", "#1"),
    ("push", "{name}"),
    ("push", "{name}", "--dry-run", "--json"),
    ("push", "{name}", "--client-id", "{one}"),
    ("sync", "{name}", "--push"),
    ("resume", "{name}"),
    ("conflicts", "list", "{name}"),
    ("conflicts", "settle", "--all", "--connection", "{name}", "ours", "--yes"),
    ("policy", "show", "{name}"),
    ("policy", "set", "{name}", "*", "upstream"),
    ("policy", "remove", "{name}", "city"),
    ("mapping", "show", "{name}"),
    ("mapping", "role", "{name}", "POV", "--client-id", "{one}"),
    ("mapping", "role", "{name}", "--client-id", "{one}", "--remove"),
    ("mapping", "field", "{name}", "legal_form", "extraFields.Form"),
    ("mapping", "country", "{name}", "NL"),
    ("mapping", "forms", "{name}", "--dates", "day-first"),
    ("import-problems", "list", "--connection", "{name}"),
    ("import-problems", "retry", "--connection", "{name}"),
    ("set-aside", "list", "--connection", "{name}"),
    ("set-aside", "retry", "--connection", "{name}"),
    ("schedule", "list", "--connection", "{name}"),
    ("schedule", "set", "{name}", "full", "--off"),
    ("webhooks", "list", "--connection", "{name}"),
    ("webhooks", "replay", "--connection", "{name}"),
    ("webhooks", "register", "{name}", "--url", URL),
    ("webhooks", "accept", "{name}", "--url", URL, "--secret", "another-secret"),
    ("webhooks", "drop-old-secret", "{name}"),
    ("webhooks", "forget", "{name}", "--url", URL),
    ("connections", "show", "{name}"),
    ("connections", "rename", "{name}", "mine"),
    ("connections", "pause", "{name}"),
    ("connections", "resume", "{name}"),
    ("connections", "remove", "{name}", "--delete", "--confirm", "{name}"),
    ("runs", "list", "{name}"),
    ("invoices", "list", "{name}"),
    ("invoices", "show", "{name}", "1"),
    ("invoices", "unmatched", "{name}"),
    ("invoices", "match", "{name}", "Acme", "{one}"),
    ("invoices", "match", "{name}", "--sure", "--yes"),
    ("invoices", "unmatch", "{name}", "Acme"),
)
"""Commands that take a connection's name."""
BY_RUN = (
    ("approve", "{run}", "--yes"),
    ("approve", "{run}", "--list"),
    ("cancel", "{run}"),
    ("runs", "show", "{run}"),
)
OF_ALL = (
    ("status",), ("status", "--json"), ("customers", "search", MARK[:5]), ("customers", "search", MARK, "--json"),
    ("customers", "export"), ("import-problems", "list"), ("import-problems", "list", "--json"),
    ("import-problems", "retry"), ("set-aside", "list"), ("set-aside", "retry"),
    ("sync",), ("doctor", "--offline"), ("webhooks", "list"), ("webhooks", "list", "--json"),
    ("webhooks", "endpoints"), ("webhooks", "endpoints", "--json"), ("webhooks", "replay", "--state", "dead"),
    ("webhooks", "replay", "77"), ("schedule", "list"), ("schedule", "list", "--json"),
    ("conflicts", "list"), ("conflicts", "list", "--all", "--json"), ("sync", "--push"),
    ("connections", "list"), ("connections", "list", "--json"), ("runs", "list"), ("invoices", "list", "--json"),
)  # fmt: skip
"""Commands about all connections."""
BY_DELIVERY = (("webhooks", "show", "{delivery}"), ("webhooks", "show", "{delivery}", "--json"))
BY_CONFLICT = (("conflicts", "settle", "{conflict}", "theirs"), ("conflicts", "settle", "{conflict}", "ours"))
CONNECTING = {"connect robaws", "connect zoho-books", "connect file"}
"""Commands that add a connection: tested on their own."""


def _leaves(group: Any, before: str = "") -> Iterator[str]:
    for name in group.list_commands(None):
        command = group.get_command(None, name)
        if hasattr(command, "commands"):
            yield from _leaves(command, f"{before}{name} ")
        else:
            yield f"{before}{name}"


def test_every_command_is_tested_here_or_shows_no_users_rows() -> None:
    tried = {" ".join(words) for words in (*BY_NAME, *BY_RUN, *BY_DELIVERY, *BY_CONFLICT, *OF_ALL)}
    for leaf in _leaves(typer.main.get_command(app)):
        tested = any(f"{words} ".startswith(f"{leaf} ") for words in tried) or leaf in CONNECTING
        assert tested or leaf.split()[0] in acting_user.WITHOUT, leaf


@pytest.mark.parametrize("words", BY_NAME, ids=" ".join)
def test_a_connection_of_another_user_does_not_exist(office: Office, words: tuple[str, ...]) -> None:
    before = office.rows()
    kept = office.carl(*(word.format(name=KEPT, one=office.first) for word in words))
    absent = office.carl(*(word.format(name=ABSENT, one=office.first) for word in words))
    assert kept[0] != 0
    assert kept == (absent[0], absent[1].replace(ABSENT, KEPT))
    assert office.rows() == before


@pytest.mark.parametrize("words", BY_RUN, ids=" ".join)
def test_a_run_of_another_user_does_not_exist(office: Office, words: tuple[str, ...]) -> None:
    before = office.rows()
    kept = office.carl(*(word.format(run=office.stopped) for word in words))
    absent = office.carl(*(word.format(run=987_654) for word in words))
    assert kept == (absent[0], absent[1].replace("987654", str(office.stopped)))
    assert f"There is no run {office.stopped}." in kept[1]
    assert office.rows() == before


@pytest.mark.parametrize("words", BY_DELIVERY, ids=" ".join)
def test_a_delivery_to_another_user_does_not_exist(office: Office, words: tuple[str, ...]) -> None:
    kept, absent = (office.carl(*(word.format(delivery=number) for word in words)) for number in (77, 78))
    assert kept == (absent[0], absent[1].replace("78", "77"))
    assert "There is no delivery 77." in kept[1]


@pytest.mark.parametrize("words", BY_CONFLICT, ids=" ".join)
def test_a_conflict_of_another_user_does_not_exist(office: Office, words: tuple[str, ...]) -> None:
    before = office.rows()
    kept, absent = (office.carl(*(word.format(conflict=number) for word in words)) for number in (77, 78))
    assert kept == (absent[0], absent[1].replace("78", "77"))
    assert "There is no conflict 77." in kept[1]
    assert office.rows() == before


@pytest.mark.parametrize("words", OF_ALL, ids=" ".join)
def test_commands_about_everything_leave_out_what_belongs_to_another_user(
    office: Office, words: tuple[str, ...]
) -> None:
    before = office.rows()
    _, printed = office.carl(*words)
    assert KEPT not in printed
    assert office.rows() == before


def test_two_users_each_see_their_own_connection_of_the_same_name(office: Office) -> None:
    install = office.install
    for who in ("anna", "bert"):
        install.environment["COUNTERFOIL_AS"] = who
        names = [(each["name"], each["owner"]) for each in install.json("status", "--json")["connections"]]
        assert names == [("acme", None), (KEPT, who)]
        shown = install.json("customers", "show", KEPT, office.first, "--json")
        assert (MARK in shown["name"]) == (who == "anna")
        found = install.json("customers", "search", MARK, "--json")
        assert len(found) == (who == "anna")
        exported = install.run("customers", "export").stdout
        assert (MARK in exported) == (who == "anna")
        assert (install.run("approve", str(office.stopped), "--list").returncode == 0) == (who == "anna")
        problems = install.json("import-problems", "list", "--json")
        assert len(problems) == (who == "anna")
        count = 3 if who == "anna" else 2  # hers has a webhook
        assert f"opens {count} stored secrets" in install.run("doctor", "--offline").stdout
    del install.environment["COUNTERFOIL_AS"]


def test_runs_and_changes_are_recorded_for_the_acting_user(office: Office) -> None:
    anna = office.install.sql("SELECT id FROM auth_user WHERE username = 'anna'")[0][0]
    asked = office.install.sql(f"SELECT requested_by_id FROM counterfoil_run WHERE id = {office.stopped}")
    assert asked == [(anna,)]
    assert office.install.run("mapping", "country", KEPT, "NL", "--as", "bert").returncode == 0
    newest = office.install.sql(
        "SELECT kind, username FROM counterfoil_run r JOIN auth_user u ON u.id = requested_by_id ORDER BY "
        "r.id DESC LIMIT 1"
    )
    assert newest == [("remap", "bert")]
    countries = office.install.sql("SELECT country FROM counterfoil_connection ORDER BY id")
    assert countries == [("BE",), ("BE",), ("NL",)]


def test_without_a_user_all_is_visible_and_an_ambiguous_name_is_refused(office: Office) -> None:
    install = office.install
    connections = install.json("status", "--json")["connections"]
    assert sorted((each["name"], each["owner"] or "") for each in connections) == [
        ("acme", ""), (KEPT, "anna"), (KEPT, "bert"),
    ]  # fmt: skip
    done = install.run("sync", KEPT)
    assert done.returncode == 2
    named = "Name the user, as in `counterfoil --as anna …`."
    assert done.stderr.splitlines() == [f"Error: anna and bert each have a connection called '{KEPT}'. {named}"]
    assert "books (anna)" in install.run("customers", "search", MARK).stdout
    assert install.run("mapping", "show", "acme").returncode == 0
    single = install.run("sync", KEPT, "--client-id", office.first, "--as", "bert").stdout
    assert re.search(r"^books \(bert\)  run \d+: one record", single)


def test_a_connection_is_added_and_renewed_for_its_owner_only(
    install: Install, sim: RobawsSimulator, tmp_path: Path
) -> None:
    file = tmp_path / "customers.csv"
    file.write_text("Id;Name\n1;Acme\n")
    for name in ("anna", "bert"):
        install.run("user", "add", name, "--role", "clerk")
    install.connect(sim, "books")
    words = ("connect", "file", str(file), "--name", "Books", "--id-column", "Id")
    made = install.run("--as=bert", *words)
    assert "Connected Books for bert only" in made.stdout
    assert "Next: counterfoil --as bert sync Books" in made.stderr
    again = install.run(*words, "--as", "bert")
    assert "Updated Books for bert only" in again.stdout
    owners = (
        "SELECT c.name, u.username FROM counterfoil_connection c LEFT JOIN auth_user u ON u.id = "
        "owner_id ORDER BY c.id"
    )
    assert install.sql(owners) == [("books", None), ("Books", "bert")]
    assert install.run("sync", "books").returncode == 0
    assert install.sql("SELECT connection_id, count(*) FROM counterfoil_customer GROUP BY 1") == [(1, 250)]
    assert install.run("--as", "bert", "sync", "books").returncode == 0
    assert install.sql("SELECT count(*) FROM counterfoil_customer WHERE connection_id = 2") == [(1,)]


@pytest.mark.once
@pytest.mark.parametrize(
    ("words", "code", "complaint"),
    [
        (("--as", "nobody", "status"), 1, "There is no user “nobody”."),
        (("status", "--as", "nobody"), 1, "There is no user “nobody”."),
        (("doctor", "--offline", "--as", "nobody"), 1, "There is no user “nobody”."),
        (("--as", "", "status"), 1, "There is no user “”."),
        (("--as", "dora", "sync"), 2, "The user “dora” is deactivated."),
        (("status", "--as"), 2, "requires an argument"),
        (("--as", "carl", "migrate"), 2, "`counterfoil migrate` cannot act as a user. Remove --as."),
        (("worker", "--as", "carl"), 2, "`counterfoil worker` cannot act as a user."),
    ],
)  # fmt: skip
def test_an_unknown_user_is_one_clear_line(
    office: Office, words: tuple[str, ...], code: int, complaint: str
) -> None:
    if "dora" in words:
        _retire(office.install, "dora")
    done = office.install.run(*words)
    complaints = [line for line in done.stderr.splitlines() if line.startswith("Error:")]
    assert (done.returncode, len(complaints)) == (code, 1), done.stderr
    assert complaint in complaints[0]


def _retire(install: Install, name: str) -> None:
    install.run("user", "add", name, "--role", "viewer")
    install.sql(f"UPDATE auth_user SET is_active = '0' WHERE username = '{name}'")


def test_the_variable_counts_without_the_option_where_users_rows_are_shown(office: Office) -> None:
    install = office.install
    install.environment["COUNTERFOIL_AS"] = "nobody"
    assert "There is no user “nobody”." in install.run("status").stderr
    assert install.run("status", "--as", "anna").returncode == 0
    assert install.run("migrate").returncode == 0
    install.environment["COUNTERFOIL_AS"] = ""
    assert len(install.json("status", "--json")["connections"]) == 3
    del install.environment["COUNTERFOIL_AS"]


@pytest.mark.parametrize(
    ("typed", "moved"),
    [
        ("sync books --as anna", "--as anna sync books"),
        ("sync --as=anna books --full", "--as=anna sync books --full"),
        ("--as anna sync", "--as anna sync"),
        ("customers search -- --as anna", "customers search -- --as anna"),
        ("sync --as", "--as"),
        ("sync books", "sync books"),
    ],
)
def test_the_option_may_stand_anywhere_before_the_two_dashes(typed: str, moved: str) -> None:
    assert acting_user.move_option_first(typed.split()) == moved.split()
