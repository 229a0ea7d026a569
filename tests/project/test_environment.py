"""Values of settings that nothing can work with are refused by name."""

from typing import Any

import pytest

from counterfoil.errors import InvalidSetting
from counterfoil.project import environment

NAME = "COUNTERFOIL_X"
READERS: dict[str, tuple[Any, tuple[str, ...]]] = {
    "seconds": (lambda: environment.seconds(NAME, "30"), ("0", "-1", "nan", "inf", "1e9", "soon", "86400")),
    "whole_number": (
        lambda: environment.whole_number(NAME, "12", "hours"),
        ("0", "-1", "1.5", "٣", "000", "99999999999999999999", "00000199999999", "1e3", "x" * 5000),
    ),
    "time_zone": (lambda: environment.time_zone(NAME, "UTC"), ("Mars", "../etc/passwd", "Europe/Bruxelles")),
    "switch": (lambda: environment.switch(NAME), ("2", "maybe", "y es")),
    "hosts": (
        lambda: environment.hosts(NAME, "localhost"),
        (
            "https://a.example",
            "a.example:443",
            "a b",
            "a/b",
            "-a",
            "a..b",
            ".",
            "*.",
            "a*b",
            "x" * 70,
            "[::1"[1:] + "]:1",
        ),
    ),
    "networks": (lambda: environment.networks(NAME), ("nginx", "10.0.0.1/8", "0.0.0.0/0")),
    "dotted_path": (lambda: environment.dotted_path(NAME), ("nothing", "no_such_package.Backend", "../x.Y", ".x")),
}


@pytest.mark.parametrize(
    ("reader", "text"), [(name, text) for name, (_, texts) in READERS.items() for text in texts]
)
def test_an_impossible_value_is_refused_by_name(reader: str, text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(NAME, text)
    with pytest.raises(InvalidSetting, match=NAME) as refused:
        READERS[reader][0]()
    assert refused.value.advice
    assert len(str(refused.value)) < 300


@pytest.mark.parametrize("reader", READERS)
def test_an_empty_value_is_the_default(reader: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(NAME, raising=False)
    default = READERS[reader][0]()
    monkeypatch.setenv(NAME, " ")
    assert READERS[reader][0]() == default


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a.example, B.example.", ["a.example", "b.example"]),
        (".example.com,*.example.org", [".example.com", ".example.org"]),
        ("::1,[2001:db8::1],127.0.0.1", ["[::1]", "[2001:db8::1]", "127.0.0.1"]),
        ("*", ["*"]),
        ("café.example,web_1", ["xn--caf-dma.example", "web_1"]),
    ],
)
def test_host_names_are_read_as_django_compares_them(
    text: str, expected: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(NAME, text)
    assert environment.hosts(NAME, "localhost") == expected


def test_a_tasks_backend_of_an_installed_package_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(NAME, "django.tasks.backends.dummy.DummyBackend")
    assert environment.dotted_path(NAME) == "django.tasks.backends.dummy.DummyBackend"
