"""Contract section 1: the token endpoint."""

import pytest

from counterfoil_simulators.zoho_books import ZohoBooksSimulator
from tests.simulators.zoho_books.asking import access_token, client_of, failure, refreshed, send

THROTTLED = {
    "error": "Access Denied",
    "error_description": "You have made too many requests continuously. Please try again after some time.",
    "status": "failure",
}


def test_refresh_gives_an_hours_token_and_the_hosts_but_no_refresh_token(sim: ZohoBooksSimulator) -> None:
    answer = refreshed(sim)
    body = answer.json()
    assert answer.status_code == 200
    assert (body["expires_in"], body["token_type"], body["api_domain"]) == (3600, "Bearer", sim.api_url)
    assert "refresh_token" not in body
    assert body["scope"].split(" ")[0] == "ZohoBooks.contacts.READ"


def test_parameters_may_stand_in_the_query(sim: ZohoBooksSimulator) -> None:
    query = {
        "grant_type": "refresh_token",
        "client_id": sim.client_id,
        "client_secret": sim.client_secret,
        "refresh_token": sim.refresh_token,
    }
    assert "access_token" in send("POST", sim.accounts_url + "/oauth/v2/token", params=query).json()


@pytest.mark.parametrize(
    ("wrong", "word"),
    [
        ({"refresh_token": "1000.nobody"}, "invalid_code"),
        ({"client_secret": "wrong"}, "invalid_client_secret"),
        ({"client_id": "1000.NOBODY"}, "invalid_client"),
        ({"grant_type": "authorization_code", "code": "1000.never"}, "invalid_code"),
        ({"grant_type": "password"}, "unsupported_grant_type"),
    ],
)
def test_errors_come_with_http_200(sim: ZohoBooksSimulator, wrong: dict[str, str], word: str) -> None:
    answer = refreshed(sim, **wrong)
    assert (answer.status_code, answer.json()) == (200, {"error": word})


def test_another_data_centre_does_not_know_the_client(sim: ZohoBooksSimulator) -> None:
    assert refreshed(sim, sim.other_accounts_url).json() == {"error": "invalid_client"}
    assert refreshed(sim).json()["expires_in"] == 3600


def test_eleventh_token_within_ten_minutes_is_refused_until_they_are_over(sim: ZohoBooksSimulator) -> None:
    sim.control.clock_freeze("2026-03-01T12:00:00Z")
    assert all("access_token" in refreshed(sim).json() for _ in range(10))
    refused = refreshed(sim)
    assert (refused.status_code, refused.json()) == (400, THROTTLED)
    sim.control.switch(token_throttle_status=200)
    assert (refreshed(sim).status_code, refreshed(sim).json()) == (200, THROTTLED)
    sim.control.clock_move(599)
    assert refreshed(sim).json() == THROTTLED
    sim.control.clock_move(1)
    assert "access_token" in refreshed(sim).json()
    assert sim.control.stats()["tokens_issued"] == 11


def test_refresh_tokens_are_throttled_apart(sim: ZohoBooksSimulator) -> None:
    sim.control.switch(tokens_per_window=1)
    other = sim.control.grant()
    assert [refreshed(sim).status_code for _ in range(2)] == [200, 400]
    assert refreshed(sim, refresh_token=other).status_code == 200


def test_token_lives_for_an_hour_by_the_simulators_clock(sim: ZohoBooksSimulator) -> None:
    sim.control.clock_freeze("2026-03-01T12:00:00Z")
    with client_of(sim) as api:
        sim.control.clock_move(3599)
        assert api.get("/contacts").status_code == 200
        sim.control.clock_move(1)
        assert failure(api.get("/contacts")) == (401, 57)


def test_thirty_first_live_token_ends_the_oldest(sim: ZohoBooksSimulator) -> None:
    sim.control.switch(tokens_per_window=None)
    with client_of(sim) as oldest, client_of(sim) as second:
        for _ in range(29):
            access_token(sim)
        assert failure(oldest.get("/contacts")) == (401, 57)
        assert second.get("/contacts").status_code == 200


def test_twenty_first_refresh_token_ends_the_oldest(sim: ZohoBooksSimulator) -> None:
    for _ in range(20):
        sim.control.grant()
    assert refreshed(sim).json() == {"error": "invalid_code"}


def test_revoked_refresh_token_takes_its_access_tokens_along(sim: ZohoBooksSimulator) -> None:
    with client_of(sim) as api:
        revoked = send("POST", sim.accounts_url + "/oauth/v2/token/revoke", params={"token": sim.refresh_token})
        assert revoked.json() == {"status": "success"}
        assert failure(api.get("/contacts")) == (401, 57)
    assert refreshed(sim).json() == {"error": "invalid_code"}


def test_control_expires_tokens_and_revokes_them(sim: ZohoBooksSimulator) -> None:
    with client_of(sim) as api:
        sim.control.expire_tokens()
        assert failure(api.get("/contacts")) == (401, 57)
    with client_of(sim) as api:
        assert api.get("/contacts").status_code == 200
        sim.control.revoke()
        assert failure(api.get("/contacts")) == (401, 57)
    assert refreshed(sim).json() == {"error": "invalid_code"}


def test_credentials_follow_from_the_seed_and_look_like_zohos() -> None:
    one, same, other = (ZohoBooksSimulator(contacts=0, seed=seed) for seed in (5, 5, 6))
    assert (one.client_id, one.refresh_token) == (same.client_id, same.refresh_token)
    assert one.client_id != other.client_id
    assert one.refresh_token.startswith("1000.")
    assert len(one.refresh_token) == 5 + 32 + 1 + 32
