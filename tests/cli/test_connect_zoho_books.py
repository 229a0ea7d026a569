"""`counterfoil connect zoho-books`: checked by a real call, mistakes reported in plain words, secrets kept."""

from collections.abc import Iterator

import pytest

from counterfoil_simulators.zoho_books import ZohoBooksSimulator
from tests.support.install import Install


@pytest.fixture
def sim() -> Iterator[ZohoBooksSimulator]:
    """Start two organisations, with the real limits."""
    with ZohoBooksSimulator(organizations=2, contacts=30, seed=5) as simulator:
        yield simulator


def connect(
    install: Install, sim: ZohoBooksSimulator, *more: str, secrets: bool = True, stdin: str = ""
) -> tuple[int, str]:
    """Connect to the first organisation; the environment has the secrets. `options` override the defaults."""
    if secrets:
        install.environment["COUNTERFOIL_ZOHO_CLIENT_SECRET"] = sim.client_secret
        install.environment["COUNTERFOIL_ZOHO_REFRESH_TOKEN"] = sim.refresh_token
    done = install.run(
        "connect", "zoho-books", "--name", "books", "--accounts-url", sim.accounts_url, "--client-id",
        sim.client_id, "--organization", sim.organization_ids[0], *more, stdin=stdin,
    )  # fmt: skip
    assert "Traceback" not in done.stderr
    return done.returncode, done.stdout + done.stderr


def test_a_good_connection_is_checked_by_one_call_and_one_token(install: Install, sim: ZohoBooksSimulator) -> None:
    code, printed = connect(install, sim)
    assert code == 0, printed
    name = sim.control.organizations()[0]["name"]
    assert f"Zoho Books answers: organisation {name}, id {sim.organization_ids[0]}." in printed
    stats = sim.control.stats()
    assert stats["tokens_issued"] == 1
    assert stats["by_route"]["GET /organizations"] == {"200": 1}


def test_a_sync_uses_the_token_of_the_check(install: Install, sim: ZohoBooksSimulator) -> None:
    connect(install, sim)
    assert install.run("sync", "books").returncode == 0
    assert sim.control.stats()["tokens_issued"] == 1
    assert install.sql("SELECT count(*) FROM counterfoil_customer") == [(30,)]


def test_several_processes_whose_token_has_died_replace_it_exactly_once(
    install: Install, sim: ZohoBooksSimulator
) -> None:
    connect(install, sim)
    sim.control.expire_tokens()
    ids = sim.control.contact_ids()[:4]
    processes = [install.start("sync", "books", "--client-id", external_id) for external_id in ids]
    for process in processes:
        _, complaint = process.communicate(timeout=60)
        assert process.returncode == 0, complaint
    assert sim.control.stats()["tokens_issued"] == 2
    assert install.sql("SELECT count(*) FROM counterfoil_customer") == [(4,)]


def test_the_country_is_the_organisations_own_unless_another_is_given(
    install: Install, sim: ZohoBooksSimulator
) -> None:
    own = sim.control.organizations()[0]["country_code"]
    _, printed = connect(install, sim)
    assert f"The default country is {own}, as in Zoho Books." in printed
    _, printed = connect(install, sim, "--name", "other", "--country", "nl")
    assert "Default country" not in printed
    assert install.sql("SELECT name, country FROM counterfoil_connection ORDER BY name") == [
        ("books", own),
        ("other", "NL"),
    ]


def test_an_organisation_without_a_country_gets_the_default_one_which_is_reported(
    install: Install, sim: ZohoBooksSimulator
) -> None:
    sim.control.switch(organizations_tell_country=False)
    _, printed = connect(install, sim)
    assert "Zoho Books does not give a country, so the default is BE." in printed
    assert install.sql("SELECT country FROM counterfoil_connection") == [("BE",)]


@pytest.mark.once
@pytest.mark.parametrize("way", ["stdin", "dash", "option"])
def test_the_secrets_can_be_given_in_other_ways(install: Install, sim: ZohoBooksSimulator, way: str) -> None:
    more = {
        "stdin": (),
        "dash": ("--client-secret", "-", "--refresh-token", "-"),
        "option": ("--client-secret", sim.client_secret, "--refresh-token", sim.refresh_token),
    }[way]
    stdin = "" if way == "option" else f"{sim.client_secret}\n{sim.refresh_token}\n"
    code, printed = connect(install, sim, *more, secrets=False, stdin=stdin)
    assert code == 0, printed


def test_secrets_and_tokens_are_nowhere_in_plain_text(install: Install, sim: ZohoBooksSimulator) -> None:
    _, printed = connect(install, sim)
    assert install.run("sync", "books").returncode == 0
    secrets = (sim.client_secret, sim.refresh_token)
    stored = install.sql("SELECT secrets, settings FROM counterfoil_connection")
    ((sealed,),) = install.sql("SELECT sealed FROM counterfoil_token")
    assert sealed
    assert "1000." not in sealed
    for secret in secrets:
        assert secret not in printed + str(stored)
        assert not any(secret in str(request["query"]) for request in sim.control.requests())
        for file in install.folder.rglob("*"):
            if file.is_file():
                assert secret.encode() not in file.read_bytes(), file


@pytest.mark.once
@pytest.mark.parametrize(
    ("more", "words"),
    [
        (
            ("--organization", "60000000001"),
            "has no organisation 60000000001. The organisation or the data centre is wrong",
        ),
        (("--organization", "Acme"), "only digits"),
        (("--refresh-token", "1000.dead"), "does not accept this refresh token"),
        (("--client-secret", "wrong"), "does not accept this client secret"),
        (("--client-id", "1000.UNKNOWN"), "does not know this client id"),
        (("--dc", "mars"), "is not a data centre of Zoho Books"),
        (("--refresh-token", " "), "The refresh token is empty"),
        (("--api-url", "books.example"), "does not start with http:// or https://"),
        (("--accounts-url", "accounts.example"), "does not start with http:// or https://"),
        (("--accounts-url", "https://no-such-host.invalid"), "cannot be reached (no such host)"),
        (("--window-days", "99999999"), "is not a number of days"),
    ],
)
def test_a_mistake_is_reported_and_nothing_is_stored(
    install: Install, sim: ZohoBooksSimulator, more: tuple[str, ...], words: str
) -> None:
    code, printed = connect(install, sim, *more)
    assert code != 0
    assert words in printed, printed
    assert install.sql("SELECT count(*) FROM counterfoil_connection") == [(0,)]


@pytest.mark.once
def test_a_wrong_organisation_lists_the_right_ones(install: Install, sim: ZohoBooksSimulator) -> None:
    _, printed = connect(install, sim, "--organization", "60000000001")
    for there in sim.control.organizations():
        assert f"{there['organization_id']} ({there['name']})" in printed


@pytest.mark.once
def test_a_data_centre_is_needed_where_no_accounts_server_is_given(
    install: Install, sim: ZohoBooksSimulator
) -> None:
    code, printed = connect(install, sim, "--accounts-url", "")
    assert code == 2
    assert "The data centre is missing" in printed


def test_connecting_again_tries_the_new_secrets_and_not_the_token_of_the_old_ones(
    install: Install, sim: ZohoBooksSimulator
) -> None:
    connect(install, sim)
    code, printed = connect(install, sim, "--refresh-token", "1000.dead")
    assert code == 1, "the stored token still works, and says nothing of the new secrets"
    assert "does not accept this refresh token" in printed
    assert install.run("sync", "books").returncode == 0, "the old ones are kept"

    sim.control.revoke(sim.refresh_token)
    code, printed = connect(install, sim, "--refresh-token", sim.control.grant())
    assert code == 0, printed
    assert "Updated books" in printed
    assert install.run("sync", "books").returncode == 0


def test_connecting_again_keeps_the_addresses_only_where_they_are_given(
    install: Install, sim: ZohoBooksSimulator
) -> None:
    connect(install, sim, "--api-url", f"{sim.api_url}/books/v3/", "--window-days", "30")
    assert install.run("sync", "books").returncode == 0
    code, printed = connect(install, sim)
    assert code == 0, printed
    settings = str(install.sql("SELECT settings FROM counterfoil_connection"))
    assert "/books/v3" not in settings
    assert "30" in settings
