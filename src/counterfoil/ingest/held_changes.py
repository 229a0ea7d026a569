"""What a run holds back until a guard has judged the whole pass, or a person has said yes."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from counterfoil.mirror.models import Action, Proposal


@dataclass(frozen=True, slots=True)
class HeldChange:
    """A record that would be written, with the observation that says so."""

    external_id: str
    action: Action
    before: str
    after: str
    payload: bytes
    requested: int
    answered: int


def hold_back(found: Sequence[HeldChange], run_id: int) -> None:
    """Store them with the run, in the transaction that notes their page as had."""
    if found:
        Proposal.objects.bulk_create(
            [
                Proposal(
                    run_id=run_id,
                    external_id=held.external_id,
                    action=held.action,
                    before=held.before,
                    after=held.after,
                    payload=held.payload.decode(),
                    ticket=held.requested,
                    ended=held.answered,
                )
                for held in found
            ],
            update_conflicts=True,
            unique_fields=["run", "external_id"],
            update_fields=["action", "before", "after", "payload", "ticket", "ended"],
            batch_size=500,
        )


def in_batches(run_id: int, size: int) -> Iterator[list[Proposal]]:
    """The run's undecided proposals, `size` at a time, in the order they came."""
    last = 0
    while True:
        found = list(Proposal.objects.filter(run_id=run_id, outcome="", id__gt=last).order_by("id")[:size])
        if not found:
            return
        last = found[-1].id
        yield found
