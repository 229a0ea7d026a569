"""Changes that a run holds back until a guard has judged the whole pass, or a person has approved them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from counterfoil.mirror.models import Action, Proposal
from counterfoil.mirror.portions import in_portions


@dataclass(frozen=True, slots=True)
class HeldChange:
    """A record that would be written, with the observation that would change it: payload and tickets."""

    external_id: str
    action: Action
    before: str
    after: str
    payload: bytes
    requested: int
    answered: int


def hold_back(changes: Sequence[HeldChange], run_id: int) -> None:
    """Store changes with the run, in the transaction that records their page as done."""
    if changes:
        Proposal.objects.bulk_create(
            [
                Proposal(
                    run_id=run_id,
                    external_id=change.external_id,
                    action=change.action,
                    before=change.before,
                    after=change.after,
                    payload=change.payload.decode(),
                    ticket=change.requested,
                    ended=change.answered,
                )
                for change in changes
            ],
            update_conflicts=True,
            unique_fields=["run", "external_id"],
            update_fields=["action", "before", "after", "payload", "ticket", "ended"],
            batch_size=500,
        )


def in_batches(run_id: int, size: int) -> Iterator[list[Proposal]]:
    """Read the run's undecided proposals, up to `size` at a time, in the order they were stored."""
    return in_portions(Proposal.objects.filter(run_id=run_id, outcome=""), "payload", size)
