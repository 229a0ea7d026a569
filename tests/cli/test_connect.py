"""`counterfoil connect`: checked by a real call, mistakes reported in plain words, secrets kept."""

import socket

import pytest

from counterfoil_simulators.robaws import RobawsSimulator
from tests.support.install import Install

pytestmark = pytest.mark.once


def connect(install: Install, base_url: str, key: str, secret: str | None, stdin: str = "") -> tuple[int, str]:
    arguments = ["connect", "robaws", "--name", "acme", "--base-url", base_url, "--api-key", key]
    done = install.run(*arguments, *([] if secret is None else ["--api-secret", secret]), stdin=stdin)
    assert "Traceback" not in done.stderr
    return done.returncode, done.stdout + done.stderr


def test_a_good_connection_is_checked_by_a_real_call(install: Install, sim: RobawsSimulator) -> None:
    code, printed = connect(install, sim.base_url, sim.api_key, sim.api_secret)
    assert code == 0
    assert "Robaws answers and accepts the key: 250 clients." in printed
    assert sim.control.stats()["requests"] == 1


@pytest.mark.once
@pytest.mark.parametrize("way", ["stdin", "dash", "environment"])
def test_the_secret_need_not_be_part_of_the_command(install: Install, sim: RobawsSimulator, way: str) -> None:
    if way == "environment":
        install.environment["COUNTERFOIL_API_SECRET"] = sim.api_secret
    stdin = "" if way == "environment" else f"{sim.api_secret}\n"
    code, printed = connect(install, sim.base_url, sim.api_key, "-" if way == "dash" else None, stdin)
    assert code == 0, printed
    assert sim.api_secret not in printed


def test_secrets_are_stored_encrypted_and_shown_nowhere(install: Install, sim: RobawsSimulator) -> None:
    install.connect(sim)
    stored = install.sql("SELECT secrets, settings FROM counterfoil_connection")[0]
    for secret in (sim.api_key, sim.api_secret):
        assert secret not in str(stored)
        assert secret not in install.run("status").stdout + install.run("doctor").stdout
        for file in install.folder.rglob("*"):
            if file.is_file():
                assert secret.encode() not in file.read_bytes(), file
    assert (install.folder / "key").stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("part", ["key", "secret"])
def test_a_wrong_key_is_reported_and_nothing_is_stored(install: Install, sim: RobawsSimulator, part: str) -> None:
    key = "WRONG" if part == "key" else sim.api_key
    secret = "wrong" if part == "secret" else sim.api_secret
    code, printed = connect(install, sim.base_url, key, secret)
    assert code == 1
    assert "Robaws does not accept this API key and secret." in printed
    assert install.sql("SELECT count(*) FROM counterfoil_connection") == [(0,)]


@pytest.mark.once
def test_wrong_addresses_are_reported_each_by_its_cause(install: Install, sim: RobawsSimulator) -> None:
    key, secret = sim.api_key, sim.api_secret
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
    for address, words in {
        f"http://127.0.0.1:{port}/api/v2": "cannot be reached (connection refused)",
        "https://no-such-host.invalid/api/v2": "cannot be reached (no such host)",
        sim.url: "It usually is https://app.robaws.com/api/v2",
        f"{sim.base_url}/nothing": "There is no Robaws API at this base URL (status 404)",
        "app.robaws.com": "does not start with http:// or https://",
    }.items():
        code, printed = connect(install, address, key, secret)
        assert code != 0, address
        assert words in printed, printed


def test_a_key_goes_by_plain_http_to_another_machine_only_where_that_is_allowed(
    install: Install, sim: RobawsSimulator
) -> None:
    elsewhere = "http://nowhere.invalid/api/v2"
    code, printed = connect(install, elsewhere, sim.api_key, sim.api_secret)
    assert code == 1
    assert "nowhere.invalid is another machine, and by http:// the key would travel to it unencrypted." in printed
    allowed = install.run(
        "connect", "robaws", "--name", "acme", "--base-url", elsewhere, "--api-key", sim.api_key,
        "--api-secret", sim.api_secret, "--plain-http",
    )  # fmt: skip
    assert "cannot be reached (no such host)" in allowed.stderr
    install.connect(sim)
    install.sql(
        "UPDATE counterfoil_connection SET settings = "
        "replace(CAST(settings AS TEXT), '127.0.0.1', 'nowhere.invalid')"
    )
    synced = install.run("sync", "acme")
    assert "is another machine, and by http://" in synced.stdout + synced.stderr


def test_connecting_the_same_name_again_renews_the_credentials(install: Install, sim: RobawsSimulator) -> None:
    install.connect(sim)
    code, printed = connect(install, sim.base_url, sim.email, sim.password)
    assert code == 0
    assert "Updated acme" in printed
    assert install.sql("SELECT count(*) FROM counterfoil_connection") == [(1,)]


def test_a_lost_key_is_reported(install: Install, sim: RobawsSimulator) -> None:
    install.connect(sim)
    (install.folder / "key").unlink()
    done = install.run("sync", "acme")
    assert done.returncode != 0
    assert "The encryption key is missing" in done.stderr
    assert not (install.folder / "key").exists()


@pytest.mark.parametrize(
    ("option", "complaint"),
    [
        (("--rate", "inf"), "inf is not a possible number of requests per second."),
        (("--rate", "nan"), "Invalid value for '--rate'"),
        (("--rate", "0.0000001"), "1e-07 is not a possible number of requests per second."),
        (("--rate", "1e300"), "1e+300 is not a possible number of requests per second."),
        (("--daily-reserve", "99999999999"), "99999999999 is not a possible number of calls a day."),
        (("--name", "a/b"), "A name with '/' in it cannot be part of an address."),
        (("--name", "a\x1b[31mb"), "A name with '\\x1b' in it cannot be part of an address."),
    ],
)
def test_what_no_connection_can_work_with_is_refused_by_name(
    install: Install, sim: RobawsSimulator, option: tuple[str, str], complaint: str
) -> None:
    done = install.run(
        "connect", "robaws", "--name", "acme", "--base-url", sim.base_url, "--api-key", sim.api_key,
        "--api-secret", sim.api_secret, *option,
    )  # fmt: skip
    assert (done.returncode != 0, sim.control.stats()["requests"]) == (True, 0)
    assert complaint in " ".join(done.stderr.split())
    assert install.sql("SELECT count(*) FROM counterfoil_connection") == [(0,)]
