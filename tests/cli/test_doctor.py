"""`doctor` on https: what is off and what is missing, without failing for it."""

import pytest

from counterfoil.cli.doctor import _https
from tests.support.install import Install

HERE = ("localhost", "127.0.0.1", "[::1]")


@pytest.mark.parametrize(
    ("hosts", "https", "has_proxies", "expected"),
    [
        (HERE, False, False, []),
        ((*HERE, "counterfoil.example.com"), False, True, [None]),
        ((".example.com",), False, False, [None]),
        (("*",), False, False, [None]),
        (("10.0.3.9",), False, False, [None]),
        ((*HERE, "counterfoil.example.com"), True, True, [True]),
        ((*HERE, "counterfoil.example.com"), True, False, [None]),
    ],
)
def test_https_off_behind_a_foreign_name_is_a_warning(
    hosts: tuple[str, ...], https: bool, has_proxies: bool, expected: list[bool | None]
) -> None:
    assert [found[1] for found in _https(hosts, https=https, has_proxies=has_proxies)] == expected


@pytest.mark.once
def test_doctor_warns_and_passes(install: Install) -> None:
    install.environment["COUNTERFOIL_ALLOWED_HOSTS"] = "localhost,counterfoil.example.com"
    done = install.run("doctor", "--offline")
    assert "! https" in done.stdout
    assert "counterfoil.example.com: passwords can be read on the way" in done.stdout
    assert done.returncode == 0
