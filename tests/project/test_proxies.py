"""Whose requests a proxy passes on: only listed ones are believed."""

from ipaddress import ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from counterfoil.errors import InvalidSetting
from counterfoil.project import environment
from counterfoil.project.proxies import serves_https, visitor

LISTED = [ip_network(text) for text in ("10.0.3.0/24", "127.0.0.1", "2001:db8:7::/48")]
PROXY, VISITOR = "10.0.3.7", "203.0.113.9"


@pytest.mark.parametrize(
    ("peer", "forwarded_for", "expected"),
    [
        (PROXY, VISITOR, VISITOR),
        (PROXY, f"6.6.6.6, {VISITOR}", VISITOR),  # the visitor sent the first one himself
        (PROXY, f"6.6.6.6, {VISITOR}, 10.0.3.8", VISITOR),  # two proxies
        (PROXY, "10.0.3.8, 10.0.3.9", "10.0.3.8"),  # a machine of ours
        (PROXY, "", PROXY),
        (PROXY, "unknown", PROXY),
        (PROXY, f"{VISITOR}, unknown", PROXY),
        (PROXY, f"{VISITOR}:4711", VISITOR),
        (PROXY, "[2001:db8:9::1]:4711", "2001:db8:9::1"),
        (PROXY, '"[2001:db8:9::1]"', "2001:db8:9::1"),
        (PROXY, "2001:db8:9::1, 2001:db8:7::2", "2001:db8:9::1"),
        (PROXY, f"::ffff:{VISITOR}", VISITOR),
        (f"::ffff:{PROXY}", VISITOR, VISITOR),
        ("2001:db8:7::1", VISITOR, VISITOR),
        (VISITOR, "6.6.6.6", VISITOR),  # no proxy of ours
        ("10.0.4.7", "6.6.6.6", "10.0.4.7"),
        ("", "6.6.6.6", ""),
        ("unix:", "6.6.6.6", "unix:"),
    ],
)
def test_the_first_address_from_the_right_that_is_no_listed_proxy_counts(
    peer: str, forwarded_for: str, expected: str
) -> None:
    assert visitor(peer, forwarded_for, LISTED) == expected


@given(st.text())
def test_without_a_list_nothing_a_visitor_sends_counts(forwarded_for: str) -> None:
    assert visitor(VISITOR, forwarded_for, []) == VISITOR
    assert visitor("127.0.0.1", forwarded_for, []) == "127.0.0.1"


@given(st.text())
def test_a_visitor_cannot_choose_his_address(sent: str) -> None:
    assert visitor(PROXY, f"{sent}, {VISITOR}", LISTED) == VISITOR


def test_only_listed_proxies_say_that_a_visitor_came_by_https() -> None:
    assert serves_https(PROXY, LISTED, https=False)
    assert not serves_https(VISITOR, LISTED, https=True)
    assert not serves_https("127.0.0.9", LISTED, https=True)
    assert not serves_https("", LISTED, https=True)


def test_without_a_list_the_proxy_of_https_is_on_this_machine() -> None:
    assert serves_https("127.0.0.1", [], https=True)
    assert serves_https("::1", [], https=True)
    assert not serves_https(VISITOR, [], https=True)
    assert not serves_https("127.0.0.1", [], https=False)


@pytest.mark.parametrize("text", ["nginx", "10.0.3.7/8", "0.0.0.0/0", "::/0", "10.0.3.7;10.0.3.8", "300.1.1.1"])
def test_a_list_with_something_else_in_it_is_refused_by_name(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COUNTERFOIL_PROXIES", f"127.0.0.1, {text}")
    with pytest.raises(InvalidSetting, match=r"COUNTERFOIL_PROXIES: .* is not the address of a proxy"):
        environment.networks("COUNTERFOIL_PROXIES")


def test_a_list_may_have_addresses_and_networks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COUNTERFOIL_PROXIES", " 127.0.0.1 , ::1,10.0.3.0/24,")
    assert [str(found) for found in environment.networks("COUNTERFOIL_PROXIES")] == [
        "127.0.0.1/32",
        "::1/128",
        "10.0.3.0/24",
    ]
