"""The function that executes each kind of run, imported on demand: a command that reads loads no push code."""

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
    RunKind.DELETIONS: "counterfoil.sync.approval.run_approved",
}
APPROVED_HANDLER = "counterfoil.sync.approval.run_approved"


def handler(run: Run) -> Handler:
    """Import the function that executes a run; an approved run does only what was approved."""
    path = APPROVED_HANDLER if run.approved_at is not None else HANDLERS[RunKind(run.kind)]
    function: Handler = import_string(path)
    return function


def execute_run(run: Run, *, person: bool = False, watcher: Watcher = lambda _: None) -> Execution:
    """Execute a run of any kind in this process: see `runs.execute.execute`."""
    return execute(run, handler(run), person=person, watcher=watcher)
