"""Law 1, fetch start counts: the rule itself, for every combination."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from counterfoil.ingest.order import Incoming, Origin, Stored, Verdict, judge
from counterfoil.mirror.enums import State

NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)
tickets = st.integers(1, 60)
times = st.none() | st.sampled_from([NOON, NOON + timedelta(seconds=1), NOON - timedelta(days=1)])


@st.composite
def spans(draw: st.DrawFn) -> tuple[int, int]:
    """List all pairs of the ticket before a request and the highest ticket at its answer."""
    requested = draw(tickets)
    return requested, requested + draw(st.integers(0, 20))


@st.composite
def stored_rows(draw: st.DrawFn) -> Stored:
    requested, answered = draw(spans())
    sighting = draw(st.sampled_from([(0, 0)]) | spans())
    state = draw(st.sampled_from([s for s in State if s not in (State.LOCAL,)]))
    return Stored(state, draw(times), requested, answered, draw(tickets), *sighting)


@st.composite
def observations(draw: st.DrawFn) -> Incoming:
    requested, answered = draw(spans())
    origin = draw(st.sampled_from(list(Origin)))
    return Incoming(origin, draw(times), None if origin == Origin.DELIVERY else requested, answered)


@given(stored_rows(), observations())
def test_no_row_is_overwritten_by_an_observation_answered_before_its_own_request(
    stored: Stored, incoming: Incoming
) -> None:
    newest = max(stored.requested, stored.seen_from)
    same_time = stored.modified is None or incoming.modified is None or stored.modified == incoming.modified
    if incoming.answered < newest and same_time and stored.state != State.TOMBSTONE:
        assert judge(stored, incoming) != Verdict.APPLY


@given(stored_rows(), observations())
def test_a_request_begun_after_all_others_were_answered_applies_unless_times_differ(
    stored: Stored, incoming: Incoming
) -> None:
    after = incoming.requested is not None and incoming.requested > max(
        stored.answered, stored.seen_to, stored.state_ticket
    )
    same_time = stored.modified is None or incoming.modified is None or stored.modified == incoming.modified
    if after and same_time and stored.state != State.TOMBSTONE:
        assert judge(stored, incoming) == Verdict.APPLY


@given(stored_rows(), observations())
def test_the_upstreams_own_times_decide_where_they_differ(stored: Stored, incoming: Incoming) -> None:
    if stored.state in (State.TOMBSTONE, State.MISSING) or not (stored.modified and incoming.modified):
        return
    if incoming.modified > stored.modified:
        assert judge(stored, incoming) == Verdict.APPLY
    if incoming.modified < stored.modified and judge(stored, incoming) == Verdict.APPLY:
        assert incoming.origin == Origin.READ, "only a live read may take a row back in time"


@given(stored_rows(), observations())
def test_only_a_live_read_that_began_later_revives_a_tombstone(stored: Stored, incoming: Incoming) -> None:
    if stored.state == State.TOMBSTONE and judge(stored, incoming) == Verdict.APPLY:
        assert incoming.origin == Origin.READ
        assert incoming.requested is not None
        assert incoming.requested > stored.state_ticket


@given(stored_rows(), observations())
def test_overlapping_requests_and_webhooks_that_no_time_orders_are_read_again(
    stored: Stored, incoming: Incoming
) -> None:
    if stored.state in (State.TOMBSTONE, State.MISSING) or (stored.modified and incoming.modified):
        return
    requested, answered = max(stored.requested, stored.seen_from), max(stored.answered, stored.seen_to)
    if incoming.requested is None or (incoming.requested <= answered and incoming.answered >= requested):
        assert judge(stored, incoming) == Verdict.REFETCH
