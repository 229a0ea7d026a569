"""Give an install a connection with an endpoint for webhooks, a user, and customers enough for long exports.

python -m tests.server.furnish CUSTOMERS, in the environment of the install
"""

import sys

HOOK = "/api/webhooks/robaws/customers"
SECRET = "b61c1e0a-secret"


def main(customers: int) -> None:
    """Write it all to the database."""
    from counterfoil.cli.ready import ready

    ready()
    from django.contrib.auth.models import User
    from django.utils import timezone

    from counterfoil.mirror.models import Customer
    from counterfoil.webhooks import register
    from tests.console import making
    from tests.support.console import LOGIN, PASSWORD

    User.objects.create_superuser(LOGIN, password=PASSWORD)
    connection = making.connection()
    register.accept(connection, f"http://localhost{HOOK}", SECRET)
    now = timezone.now()
    Customer.objects.bulk_create(
        (
            Customer(
                connection=connection, external_id=str(number), name=f"Firm {number}", city="x" * 500,
                first_seen_at=now, observed_at=now, updated_at=now,
            )
            for number in range(customers)
        ),
        batch_size=500,
    )  # fmt: skip


if __name__ == "__main__":
    main(int(sys.argv[1]))
