"""Access tokens: renewed in time, once for all processes, never requested more often than granted."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from counterfoil.connectors.allowance import AccessToken
from counterfoil.connectors.http import oauth_tokens
from counterfoil.connectors.http.oauth_tokens import (
    MemoryTokens,
    TokenDecision,
    TokenState,
    TokenStep,
    decide,
    fail,
    keep,
)
from counterfoil.errors import CredentialsRefused, QuotaExhausted, Throttled

START = datetime(2026, 11, 20, 12, tzinfo=UTC)


def later(seconds: float) -> datetime:
    return START + timedelta(seconds=seconds)


def tokens_of(lifetime: float = 3600) -> TokenState:
    """Return the state of a token obtained at START."""
    state, _ = decide(TokenState(), "a", START, refused=False)
    return keep(state, "a", lifetime, START) or TokenState()


STEPS = st.lists(
    st.tuples(
        st.floats(0, 400),
        st.sampled_from("abc"),
        st.booleans(),
        st.sampled_from(["brings", "fails", "throttled", "dies"]),
    ),
    max_size=120,
)


@given(STEPS)
def test_at_most_the_granted_tokens_are_requested_one_at_a_time(
    steps: list[tuple[float, str, bool, str]],
) -> None:
    state, at = TokenState(), 0.0
    asked: list[float] = []
    claims: list[float] = []
    for gap, who, refused, outcome in steps:
        at += gap
        has_one = state.ends_at is not None
        state, decision = decide(state, who, later(at), refused=refused and has_one)
        if decision.step != TokenStep.RENEW:
            continue
        assert not claims or at - claims[-1] >= oauth_tokens.CLAIM.total_seconds(), "another one was at it"
        asked.append(at)
        if outcome == "dies":
            claims.append(at)
        elif outcome == "brings":
            state = keep(state, who, 60.0, later(at)) or state
        else:
            state = fail(state, who, later(at), throttled=outcome == "throttled")
    for last in asked:
        within = [moment for moment in asked if last - oauth_tokens.SPAN.total_seconds() < moment <= last]
        assert len(within) <= oauth_tokens.MOST < 10


@given(st.floats(1, 3600), st.floats(0, 4000))
def test_a_token_is_used_until_shortly_before_it_expires(lifetime: float, at: float) -> None:
    _, decision = decide(tokens_of(lifetime), "b", later(at), refused=False)
    if at >= lifetime:
        assert decision.step == TokenStep.RENEW
    elif at < lifetime - min(300, lifetime / 4) - 0.001:
        assert decision.step == TokenStep.USE


def test_others_use_the_old_token_during_a_renewal_until_it_expires() -> None:
    state, decision = decide(tokens_of(), "a", later(3400), refused=False)
    assert decision.step == TokenStep.RENEW
    assert decide(state, "b", later(3401), refused=False)[1].step == TokenStep.USE
    assert decide(replace_claim(state, 3700), "b", later(3601), refused=False)[1].step == TokenStep.WAIT


def replace_claim(state: TokenState, until: float) -> TokenState:
    """Return the state with a longer claim."""
    from dataclasses import replace

    return replace(state, claimed_until=later(until))


def test_a_process_that_dies_while_renewing_delays_others_briefly() -> None:
    state, _ = decide(TokenState(), "a", START, refused=False)
    assert decide(state, "b", later(89), refused=False)[1].step == TokenStep.WAIT
    taken, decision = decide(state, "b", later(91), refused=False)
    assert decision.step == TokenStep.RENEW
    assert keep(taken, "a", 3600, later(92)) is None, "what the dead one brings after all does not count"
    assert keep(taken, "b", 3600, later(92)) is not None


def test_a_refused_token_is_replaced_only_once() -> None:
    state, decision = decide(tokens_of(), "a", later(60), refused=True)
    assert decision.step == TokenStep.RENEW
    replaced = keep(state, "a", 3600, later(61)) or TokenState()
    assert decide(replaced, "a", later(62), refused=True)[1] == TokenDecision(TokenStep.USE)
    assert decide(replaced, "a", later(62 + 600), refused=True)[1].step == TokenStep.RENEW
    assert decide(tokens_of(), "a", later(3400), refused=False)[1].step == TokenStep.RENEW


def test_a_refused_token_is_never_used_while_another_process_renews() -> None:
    state, _ = decide(tokens_of(), "a", later(60), refused=True)
    assert decide(state, "b", later(61), refused=True)[1].step == TokenStep.WAIT


def test_after_too_many_requests_a_valid_token_stays_in_use() -> None:
    state, _ = decide(tokens_of(), "a", later(3400), refused=False)
    state = fail(state, "a", later(3401), throttled=True)
    assert decide(state, "b", later(3402), refused=False)[1].step == TokenStep.USE
    assert decide(state, "b", later(3601), refused=False)[1] == TokenDecision(TokenStep.REST, later(3401 + 1800))
    assert decide(state, "b", later(3402 + 1800), refused=False)[1].step == TokenStep.RENEW


class Upstream:
    """Gives tokens, or refuses."""

    def __init__(self, error: Exception | None = None) -> None:
        self.given = 0
        self.error = error

    def fetch(self) -> AccessToken:
        """Return the next token."""
        self.given += 1
        if self.error:
            raise self.error
        return AccessToken(f"token-{self.given}", "https://api.example", 3600)


def test_a_token_in_memory_follows_the_same_rules() -> None:
    now = START
    upstream, store = Upstream(), MemoryTokens("Zoho Books", lambda: now)
    first = store.token(upstream.fetch)
    assert store.token(upstream.fetch) == first
    second = store.token(upstream.fetch, first.secret)
    assert second.secret == "token-2"
    assert store.token(upstream.fetch, first.secret) == second, "somebody else's old token was refused"
    assert store.token(upstream.fetch, second.secret) == second, "another one would not help"
    now += timedelta(minutes=58)
    assert store.token(upstream.fetch).secret == "token-3"


@pytest.mark.parametrize("error", [CredentialsRefused("no"), Throttled("slower")])
def test_a_failed_token_request_is_reported_and_not_repeated_endlessly(error: Exception) -> None:
    upstream, store = Upstream(error), MemoryTokens("Zoho Books", lambda: START)
    kinds = []
    for _ in range(20):
        with pytest.raises((CredentialsRefused, QuotaExhausted)) as raised:
            store.token(upstream.fetch)
        kinds.append(raised.type)
    assert upstream.given == (1 if isinstance(error, Throttled) else oauth_tokens.MOST)
    assert kinds[-1] is QuotaExhausted


def test_no_representation_shows_a_token() -> None:
    assert "secret" not in repr(AccessToken("secret", "https://api.example", 3600))
