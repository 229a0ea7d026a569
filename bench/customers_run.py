"""The customers' run of a full sync, alone: `python -m bench.customers_run NAME` prints it as JSON.

It is carried out as `counterfoil sync --full` does; the run of contact persons, which comes after it there, is
left out: the ceiling knows nothing of them.
"""

import sys

from counterfoil.cli.output import print_json
from counterfoil.cli.ready import ready


def main(name: str) -> None:
    """By the connection's name."""
    ready()
    from counterfoil.connections import connect
    from counterfoil.runs.lifecycle import RunOptions
    from counterfoil.runs.report import report
    from counterfoil.sync import plan
    from counterfoil.worker.handlers import execute_run

    connection = connect.find_connection(name)
    customers, *_ = plan.plan_runs(connection, full=True, options=RunOptions())
    print_json(report(execute_run(plan.start_run(connection, customers, RunOptions())).run))


if __name__ == "__main__":
    main(sys.argv[1])
