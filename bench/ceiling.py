"""The ceiling: the least work a Python program can do to store the same bytes in the same table.

Fetch, decode, hash, COPY, one set-based merge, the raw record kept. The same columns and indexes as the product;
it only copies values out of the decoded record: no normalising, history, order, checkpoint or rate limit. On a
second run the merge changes the rows whose hash differs, which are none.

    python -m bench.ceiling DSN PORT      prints {"rows", "touched", "seconds"} as JSON; needs a migrated database
"""

import hashlib
import http.client
import json
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import orjson
import psycopg

CONNECTION = 1
_TEXT = {
    "vat_number": "vatIdNumber", "vat_tariff": "vatTariffId", "phone": "tel", "mobile": "gsm",
    "website": "website", "email": "email", "billing_email": "invoiceEmail", "status": "status",
    "language": "language", "currency": "currency", "phone_e164": "tel", "mobile_e164": "gsm",
    "vat_normalized": "vatIdNumber", "email_normalized": "email", "website_normalized": "website",
}  # fmt: skip
_ADDRESS = {
    "street": "addressLine1",
    "street2": "addressLine2",
    "city": "city",
    "postal_code": "postalCode",
    "country": "country",
}
COLUMNS = (
    "external_id", "name", *_TEXT, *_ADDRESS, "upstream_role", "role", "is_active", "country_code", "name_key",
    "extra", "raw", "raw_hash", "hash", "upstream_modified_at", "words",
)  # fmt: skip
_STORED = [name for name in COLUMNS if name != "words"]
_MERGE = f"""
    INSERT INTO counterfoil_customer
        (connection_id, {", ".join(_STORED)}, invalid, other_hashes, ticket_from, ticket_to,
                          version, state, state_ticket, state_at, first_seen_at, first_source, first_reference,
                          observed_at, updated_at, search)
    SELECT {CONNECTION}, {", ".join(_STORED)}, '{{}}', '{{}}', 1, 1,
           1, 'present', 0, %(at)s, %(at)s, 'run', 1, %(at)s, %(at)s,
           array_to_tsvector(string_to_array(words, ' '))
      FROM arriving
        ON CONFLICT (connection_id, external_id) DO UPDATE
       SET (name, raw, hash, updated_at) = (excluded.name, excluded.raw, excluded.hash, excluded.updated_at)
     WHERE counterfoil_customer.hash IS DISTINCT FROM excluded.hash
"""


def main(dsn: str, port: int) -> None:
    """Store all customers once and print the seconds as JSON."""
    started = time.perf_counter()
    rows = 0
    with psycopg.connect(dsn) as database, database.cursor() as cursor:
        cursor.execute(
            "CREATE TEMPORARY TABLE arriving AS "
            f"SELECT {', '.join(_STORED)}, ''::text AS words FROM counterfoil_customer WITH NO DATA"
        )
        with cursor.copy(f"COPY arriving ({', '.join(COLUMNS)}) FROM STDIN") as copy:
            for client in _clients(port):
                copy.write_row(_row(client))
                rows += 1
        cursor.execute(_MERGE, {"at": datetime.now(UTC)})
        touched = cursor.rowcount
    seconds = time.perf_counter() - started
    print(json.dumps({"rows": rows, "touched": touched, "seconds": seconds}))


def _clients(port: int) -> Iterator[dict[str, Any]]:
    server = http.client.HTTPConnection("127.0.0.1", port)
    number, total = 0, 1
    while number < total:
        server.request("GET", f"/api/v2/clients?page={number}&size=100")
        page = orjson.loads(server.getresponse().read())
        total = page["totalPages"]
        number += 1
        yield from page["items"]


def _row(client: dict[str, Any]) -> tuple[Any, ...]:
    raw = orjson.dumps(client, option=orjson.OPT_SORT_KEYS)
    address = client.get("address") or {}
    extra = client.get("extraFields") or {}
    role = (extra.get("Role") or {}).get("stringValue")
    name = client["name"]
    digest = hashlib.sha256(raw).digest()
    return (
        client["id"],
        name,
        *[client.get(key) for key in _TEXT.values()],
        *[address.get(key) for key in _ADDRESS.values()],
        role,
        role,
        True,
        "BE",
        name.lower(),
        orjson.dumps(extra).decode(),
        raw.decode(),
        digest,
        digest,
        client["updatedAt"],
        " ".join(f"{name} {client['id']} {client.get('email')} {client.get('vatIdNumber')}".lower().split()),
    )


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
