"""Payloads are handled in portions of limited size, whatever their number."""

import pytest

from counterfoil.mirror import portions
from counterfoil.mirror.models import Action, Connection, Proposal, Run, RunKind
from counterfoil.mirror.portions import in_portions

pytestmark = pytest.mark.django_db


@pytest.fixture
def run() -> Run:
    """Make a run with twelve held changes of ten bytes each; one in four has no payload."""
    connection = Connection.objects.create(name="acme", connector="robaws")
    made = Run.objects.create(connection=connection, kind=RunKind.FULL)
    Proposal.objects.bulk_create(
        Proposal(run=made, external_id=str(at), action=Action.CHANGE, payload='{"a": 123}' if at % 4 else None)
        for at in range(12)
    )
    return made


@pytest.mark.parametrize(
    ("most", "most_bytes", "sizes"),
    [(5, 1000, [5, 5, 2]), (100, 1000, [12]), (100, 30, [4, 4, 4]), (100, 1, [2, 1, 1, 2, 1, 1, 2, 1, 1])],
)
def test_a_portion_ends_with_so_many_rows_or_bytes_and_none_is_left_out(
    run: Run, monkeypatch: pytest.MonkeyPatch, most: int, most_bytes: int, sizes: list[int]
) -> None:
    monkeypatch.setattr(portions, "PORTION_BYTES", most_bytes)
    monkeypatch.setattr(portions, "SLICE", 1)
    rows = Proposal.objects.filter(run=run)
    found = list(in_portions(rows, "payload", most))
    assert [len(portion) for portion in found] == sizes
    keys = list(rows.order_by("pk").values_list("pk", flat=True))
    assert [row.pk for portion in found for row in portion] == keys
    assert [row.pk for portion in in_portions(rows, "payload", most, after=keys[6]) for row in portion] == keys[7:]
