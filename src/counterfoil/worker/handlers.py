"""What carries out a run of each kind, loaded when it is needed: a command that pushes nothing loads no push."""

from django.utils.module_loading import import_string

from counterfoil.mirror.models import Run, RunKind
from counterfoil.runs.context import Watcher
from counterfoil.runs.execute import Execution, Handler, execute

HANDLERS = {
    RunKind.FULL: "counterfoil.sync.run_pass.run_pass",
    RunKind.INCREMENTAL: "counterfoil.sync.run_pass.run_pass",
    RunKind.UNPAID: "counterfoil.sync.run_pass.run_pass",
    RunKind.SINGLE: "counterfoil.sync.read_rows.read_single",
    RunKind.SELECTION: "counterfoil.sync.selection.read_selected",
    RunKind.DETAILS: "counterfoil.sync.details.read_details",
    RunKind.REMAP: "counterfoil.sync.remap.map_again",
    RunKind.PUSH: "counterfoil.edits.push.run_push",
    RunKind.IMPORT: "counterfoil.imports.invoices.refuse_without_file",
}
APPROVED = "counterfoil.sync.approval.run_approved"


def handler(run: Run) -> Handler:
    """Load what carries the run out: of an approved one only what was approved."""
    found: Handler = import_string(APPROVED if run.approved_at is not None else HANDLERS[RunKind(run.kind)])
    return found


def execute_run(run: Run, *, person: bool = False, watcher: Watcher = lambda _: None) -> Execution:
    """Carry a run of any kind out in this process: see `runs.execute`."""
    return execute(run, handler(run), person=person, watcher=watcher)
