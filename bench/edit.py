"""Edits like those of users, each in its own transaction: python -m bench.edit CONNECTION NUMBER CITY."""

import json
import sys
import time

from counterfoil.cli.ready import ready


def main(name: str, number: int, city: str) -> None:
    """Set another city for `number` customers; print the seconds that took."""
    ready()
    from counterfoil.edits import edit
    from counterfoil.mirror.models import Customer

    rows = list(Customer.objects.filter(connection__name=name, state="present").order_by("pk")[:number])
    began = time.perf_counter()
    for row in rows:
        edit.edit_customer(row, {"city": f"{city} {row.pk}"})
    sys.stdout.write(json.dumps({"edits": len(rows), "seconds": time.perf_counter() - began}))


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), sys.argv[3])
