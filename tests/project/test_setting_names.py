"""A misspelt setting is refused by name, with the nearest one; what others set beside ours is left alone."""

import re

import pytest

from counterfoil.cli import reference
from counterfoil.errors import InvalidSetting
from counterfoil.project import settings
from counterfoil.project.setting_names import names_in, refuse_unknown
from tests.support.install import Install

KNOWN = names_in(settings.__doc__ or "")


@pytest.mark.parametrize(
    ("name", "nearest"),
    [
        ("COUNTERFOIL_HTPS", "COUNTERFOIL_HTTPS"),
        ("COUNTERFOIL_DATADIR", "COUNTERFOIL_DATA_DIR"),
        ("COUNTERFOIL_PROXY", "COUNTERFOIL_PROXIES"),
        ("counterfoil_https", "COUNTERFOIL_HTTPS"),
        ("COUNTERFOIL_ZOHO_REFRESH_TOKENS", "COUNTERFOIL_ZOHO_REFRESH_TOKEN"),
        ("COUNTERFOIL_", "COUNTERFOIL_"),
    ],
)
def test_a_misspelt_setting_is_refused_with_the_nearest_name(name: str, nearest: str) -> None:
    with pytest.raises(InvalidSetting) as refused:
        refuse_unknown({name: "secret value"}, KNOWN)
    assert str(refused.value).startswith(f"{name} is no setting of Counterfoil. The nearest is {nearest}")
    assert "secret value" not in str(refused.value)


def test_all_of_them_are_named_at_once() -> None:
    with pytest.raises(InvalidSetting, match="COUNTERFOIL_HTPS and COUNTERFOIL_KEYS are no settings"):
        refuse_unknown({"COUNTERFOIL_KEYS": "", "COUNTERFOIL_HTPS": "", "COUNTERFOIL_HTTPS": "1"}, KNOWN)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("COUNTERFOIL_SERVICE_HOST", "10.0.0.1"),
        ("COUNTERFOIL_SERVICE_PORT", "8000"),
        ("COUNTERFOIL_SERVICE_PORT_HTTP", "8000"),
        ("COUNTERFOIL_PORT", "tcp://10.0.0.1:8000"),
        ("COUNTERFOIL_PORT_8000_TCP_ADDR", "10.0.0.1"),
        ("COUNTERFOIL_WORKER_SERVICE_HOST", "10.0.0.1"),
        ("COUNTERFOILS", "1"),
        ("MY_COUNTERFOIL_HTPS", "1"),
    ],
)
def test_what_a_cluster_sets_beside_a_service_of_that_name_is_no_setting(name: str, value: str) -> None:
    refuse_unknown({name: value}, KNOWN)


def test_a_port_of_ones_own_is_refused() -> None:
    with pytest.raises(InvalidSetting, match="COUNTERFOIL_PORT is no setting"):
        refuse_unknown({"COUNTERFOIL_PORT": "8000"}, KNOWN)


def test_every_setting_that_the_code_reads_is_known() -> None:
    read = [name for name in reference.variables() if re.match("COUNTERFOIL_", name)]
    assert len(read) > 10
    refuse_unknown(dict.fromkeys(read, ""), KNOWN)


@pytest.mark.once
def test_every_command_refuses_it_in_one_line(install: Install) -> None:
    install.environment["COUNTERFOIL_HTPS"] = "1"
    for command in ("status", "worker"):
        done = install.run(command)
        assert done.returncode == 2
        assert done.stderr == (
            "Error: COUNTERFOIL_HTPS is no setting of Counterfoil. The nearest is COUNTERFOIL_HTTPS. Correct the "
            "name, or remove it.\n"
        )
    assert "✗ settings" in install.run("doctor").stdout
