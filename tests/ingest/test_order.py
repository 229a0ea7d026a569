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
    """From the ticket drawn before a request to the highest one when it was over."""
    requested = draw(tickets)
    return requested, requested + draw(st.integers(0, 20))


@st.composite
def knowns(draw: st.DrawFn) -> Stored:
    requested, answered = draw(spans())
    vouched = draw(st.sampled_from([(0, 0)]) | spans())
    state = draw(st.sampled_from([s for s in State if s not in (State.LOCAL,)]))
    return Stored(state, draw(times), requested, answered, draw(tickets), *vouched)


@st.composite
def observations(draw: st.DrawFn) -> Incoming:
    requested, answered = draw(spans())
    origin = draw(st.sampled_from(list(Origin)))
    return Incoming(origin, draw(times), None if origin == Origin.DELIVERY else requested, answered)


@given(knowns(), observations())
def test_no_row_is_overwritten_by_an_observation_that_was_over_before_the_rows_own_began(
    known: Stored, seen: Incoming
) -> None:
    newest = max(known.requested, known.seen_from)
    same_time = known.modified is None or seen.modified is None or known.modified == seen.modified
    if seen.answered < newest and same_time and known.state != State.TOMBSTONE:
        assert judge(known, seen) != Verdict.APPLY


@given(knowns(), observations())
def test_a_request_that_began_after_everything_known_ended_wins_where_times_do_not_say_otherwise(
    known: Stored, seen: Incoming
) -> None:
    after = seen.requested is not None and seen.requested > max(known.answered, known.seen_to, known.state_ticket)
    same_time = known.modified is None or seen.modified is None or known.modified == seen.modified
    if after and same_time and known.state != State.TOMBSTONE:
        assert judge(known, seen) == Verdict.APPLY


@given(knowns(), observations())
def test_the_upstreams_own_times_decide_where_they_differ(known: Stored, seen: Incoming) -> None:
    if known.state in (State.TOMBSTONE, State.MISSING) or not (known.modified and seen.modified):
        return
    if seen.modified > known.modified:
        assert judge(known, seen) == Verdict.APPLY
    if seen.modified < known.modified and judge(known, seen) == Verdict.APPLY:
        assert seen.origin == Origin.READ, "only a live read may take a row back in time"


@given(knowns(), observations())
def test_only_a_live_read_that_began_later_revives_a_tombstone(known: Stored, seen: Incoming) -> None:
    if known.state == State.TOMBSTONE and judge(known, seen) == Verdict.APPLY:
        assert seen.origin == Origin.READ
        assert seen.requested is not None
        assert seen.requested > known.state_ticket


@given(knowns(), observations())
def test_overlapping_requests_and_webhooks_that_no_time_orders_are_settled_by_a_read(
    known: Stored, seen: Incoming
) -> None:
    if known.state in (State.TOMBSTONE, State.MISSING) or (known.modified and seen.modified):
        return
    requested, answered = max(known.requested, known.seen_from), max(known.answered, known.seen_to)
    if seen.requested is None or (seen.requested <= answered and seen.answered >= requested):
        assert judge(known, seen) == Verdict.REFETCH
