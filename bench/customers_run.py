"""The customers' run of a full sync on its own: `python -m bench.customers_run NAME` prints it as JSON.

It runs as in `counterfoil sync --full`, without the run of contact persons that follows there: the ceiling has no
contact persons.
"""

import sys

from counterfoil.cli.output import print_json
from counterfoil.cli.ready import ready


def main(name: str) -> None:
    """Run it for the connection with this name."""
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
