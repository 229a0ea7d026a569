"""Customers as CSV: all fields, constant memory, no formulas for a spreadsheet, and no values in the log."""

import csv
import gc
import io
import re
import tracemalloc
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client
from django.utils import timezone
from hypothesis import example, given
from hypothesis import strategies as st
from structlog.testing import capture_logs

from counterfoil.mapping.fields import COLUMNS, LABELS
from counterfoil.mirror import csv_export
from counterfoil.mirror.csv_export import cell, harmless
from counterfoil.mirror.models import Connection, Customer
from counterfoil.normalize.hidden_characters import visible
from counterfoil_simulators.robaws import RobawsSimulator
from tests.console import making
from tests.console.people import logged_in
from tests.support.install import Install

EXPORT = "/customers/export/"
EVERYTHING = {"whole": "1"}


@pytest.fixture
def acme(db: None) -> Connection:
    return making.connection("Acme Cars & Co")


def download(client: Client, data: dict[str, Any]) -> tuple[list[dict[str, str]], Any]:
    """Return the rows of the file by their headings, and the response."""
    answer = client.post(EXPORT, data)
    assert answer.status_code == 200
    body = b"".join(answer.streaming_content)  # type: ignore[attr-defined]
    assert body.startswith(b"\xef\xbb\xbf"), "else Excel takes it for something other than UTF-8"
    return list(csv.DictReader(io.StringIO(body.decode("utf-8-sig"), newline=""))), answer


def test_every_field_is_beside_its_normal_form(boss: Client, acme: Connection) -> None:
    making.customer(
        acme, 'Garage "Zoë", Gent\nannex', phone="0475 12 34 56", phone_e164="+32475123456", is_active=False,
        vat_number="BE 0404.616.494", vat_normalized="BE0404616494", country_code="BE", peppol=True,
        extra={"segment": "=1+1"}, invalid={"email": "no @ in it"}, email="nobody",
    )  # fmt: skip
    ((row,), _) = download(boss, EVERYTHING)
    assert {LABELS[name] for name in COLUMNS} <= set(row)
    assert row["Connection"] == "Acme Cars & Co"
    assert row["Name"] == 'Garage "Zoë", Gent\nannex'
    assert (row["Phone"], row["Phone (E.164)"]) == ("0475 12 34 56", "+32475123456")
    assert (row["VAT number"], row["VAT number (checked)"]) == ("BE 0404.616.494", "BE0404616494")
    assert (row["Active"], row["Peppol"], row["WhatsApp"]) == ("no", "yes", "")
    assert row["Extra fields"] == '{"segment":"=1+1"}'
    assert row["Invalid values"] == '{"email":"no @ in it"}'


@pytest.mark.parametrize(
    ("data", "names"),
    [
        ({"whole": "1"}, ["Abel", "Bert", "Cees"]),
        ({"whole": "1", "role": "BROKER"}, ["Bert", "Cees"]),
        ({"whole": "1", "role": "BROKER", "q": "cee"}, ["Cees"]),
        ({"whole": "1", "all": "1", "role": "BROKER", "pick": ["{abel}"]}, ["Bert", "Cees"]),
        ({"whole": "1", "role": "BROKER", "pick": ["{abel}"]}, ["Abel"]),
        ({"whole": "1", "role": "NOBODY"}, []),
        ({"whole": "1", "pick": ["999999999999999999999", "x", "-1"], "q": "abel"}, ["Abel"]),
    ],
)
def test_it_holds_the_ticked_rows_or_all_matches(
    boss: Client, acme: Connection, data: dict[str, Any], names: list[str]
) -> None:
    abel = making.customer(acme, "Abel")
    for name in ("Bert", "Cees"):
        making.customer(acme, name, role="BROKER")
    if "pick" in data:
        data = {**data, "pick": [key.format(abel=abel.pk) for key in data["pick"]]}
    rows, _ = download(boss, data)
    assert [row["Name"] for row in rows] == names


def test_a_list_with_an_unknown_filter_exports_only_ticked_rows(boss: Client, acme: Connection) -> None:
    making.customer(acme)
    answer = boss.post(EXPORT, {}, follow=True)
    assert "Select at least one customer" in answer.content.decode()


def test_the_file_is_named_after_its_connection_and_day(boss: Client, acme: Connection) -> None:
    day = timezone.localdate().isoformat()
    only = making.customer(acme)
    _, answer = download(boss, EVERYTHING)
    assert answer["Content-Disposition"] == f'attachment; filename="customers-acme-cars-co-{day}.csv"'
    other = making.connection("beta")
    for data, name in (
        (EVERYTHING, f"customers-{day}.csv"),
        ({**EVERYTHING, "connection": str(other.pk)}, f"customers-beta-{day}.csv"),
        ({"pick": [str(only.pk)]}, f"customers-acme-cars-co-{day}.csv"),
    ):
        _, answer = download(boss, data)
        assert answer["Content-Disposition"] == f'attachment; filename="{name}"'


def test_exporting_needs_its_permission(viewer: Client, acme: Connection) -> None:
    making.customer(acme)
    assert viewer.post(EXPORT, EVERYTHING).status_code == 403
    assert EXPORT not in viewer.get("/customers/").content.decode()
    user = User.objects.get(username="viewer")
    user.user_permissions.add(Permission.objects.get(codename="export_customer"))
    assert EXPORT in viewer.get("/customers/").content.decode()
    assert len(download(viewer, EVERYTHING)[0]) == 1
    assert viewer.get(EXPORT).status_code == 405, "a link alone takes nothing away"


def test_the_log_names_user_and_row_count_but_no_values(boss: Client, acme: Connection) -> None:
    making.customer(acme, "Secretive Firm", role="BROKER")
    with capture_logs() as lines:
        download(boss, {**EVERYTHING, "q": "secretive", "role": "BROKER"})
    (line,) = [line for line in lines if line["event"] == "customers exported"]
    assert line["user"] == User.objects.get(username="boss").pk
    assert (line["rows"], line["filters"], line["complete"]) == (1, ["search", "role"], True)
    assert "ecretive" not in str(line)
    assert "BROKER" not in str(line)


def test_an_aborted_download_is_logged_as_incomplete(
    boss: Client, acme: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(csv_export, "BATCH", 2)
    for _ in range(5):
        making.customer(acme)
    with capture_logs() as lines:
        answer = boss.post(EXPORT, EVERYTHING)
        pieces = iter(answer.streaming_content)  # type: ignore[attr-defined]
        next(pieces)
        answer.close()
        del pieces, answer
    (line,) = [line for line in lines if line["event"] == "customers exported"]
    assert (line["rows"], line["complete"]) == (2, False)


def test_law_6_only_two_exports_run_at_once_and_the_next_is_told(
    boss: Client, acme: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(csv_export, "BATCH", 2)
    for _ in range(5):
        making.customer(acme)
    first, second = boss.post(EXPORT, EVERYTHING), boss.post(EXPORT, EVERYTHING)
    pieces = iter(first.streaming_content)  # type: ignore[attr-defined]
    next(pieces)
    refused = boss.post(EXPORT, EVERYTHING)
    assert (refused.status_code, refused["Retry-After"]) == (503, "30")
    assert "2 exports are already running" in refused.content.decode()
    assert list(pieces), "one is read to its end"
    third = boss.post(EXPORT, EVERYTHING)
    assert third.status_code == 200
    assert boss.post(EXPORT, EVERYTHING).status_code == 503
    for closer in third._resource_closers[:1]:  # type: ignore[attr-defined]
        closer()  # no chunk of it was taken
    del second  # nor of this one
    gc.collect()
    assert len(download(boss, EVERYTHING)[0]) == 5


def test_memory_is_constant_and_no_row_is_lost_between_batches(
    acme: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(csv_export, "BATCH", 50)
    now = timezone.now()

    def add(first: int, count: int) -> None:
        Customer.objects.bulk_create(
            Customer(
                connection=acme, external_id=str(number), name=f"Firm {number}", city="x" * 500,
                first_seen_at=now, observed_at=now, updated_at=now,
            )
            for number in range(first, first + count)
        )  # fmt: skip

    def peak() -> int:
        tracemalloc.start()
        try:
            lines = sum(piece.count(b"\r\n") for piece in csv_export.csv_chunks(Customer.objects.all()))
            assert lines == Customer.objects.count() + 1
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    add(0, 200)
    peak()  # what is loaded once is loaded
    small = peak()
    add(200, 1_800)
    assert peak() < small * 1.5


@given(st.text())
@example("＝1+1")
@example(" \u00a0\u200b=HYPERLINK(1)")
@example("\ufeff@SUM(1)")
@example("⁼1")
@example("\t=1")
@example("−1")
def test_no_cell_begins_like_a_formula_and_no_text_is_lost(text: str) -> None:
    safe = harmless(text)
    assert safe in (text, f"'{text}")
    if re.match(r"[\s\u200b\ufeff]*[=+\-@＝＋－＠﹦﹢﹣﹫]|\s*[\t\r\n]", text) and not re.fullmatch(
        r"\+[1-9][0-9]{6,14}", text
    ):
        assert safe == f"'{text}"


@given(st.from_regex(r"[A-Za-z0-9ÀÉü][^\t\r\n]*", fullmatch=True))
def test_text_that_begins_with_a_letter_or_digit_is_unchanged(text: str) -> None:
    assert harmless(text) == text


@given(st.from_regex(r"[1-9][0-9]{6,14}", fullmatch=True).filter(str.isascii))
def test_a_phone_number_is_unchanged_unless_a_formula_follows_it(digits: str) -> None:
    assert harmless(f"+{digits}") == f"+{digits}"
    for rider in ("\n", " ", "+1", "*cmd", "|calc", "\u0660"):
        assert harmless(f"+{digits}{rider}") == f"'+{digits}{rider}"


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0")), min_size=1))
def test_any_text_can_be_read_back_from_the_file(texts: list[str]) -> None:
    buffer = io.StringIO(newline="")
    csv.writer(buffer, lineterminator="\r\n").writerow(map(cell, ["first", *texts]))
    ((_, *back),) = csv.reader(io.StringIO(buffer.getvalue(), newline=""))
    shown = ["\r\n".join(map(visible, text.split("\r\n"))) for text in texts]
    assert [found.removeprefix("'") for found in back] == [text.removeprefix("'") for text in shown]


def test_the_command_line_writes_the_same_file(install: Install, sim: RobawsSimulator, tmp_path: Path) -> None:
    install.connect(sim)
    install.json("sync", "acme", "--full", "--json")
    target = tmp_path / "customers.csv"
    done = install.run("customers", "export", "--output", str(target))
    assert (done.returncode, done.stdout) == (0, "")
    assert "250 customers written to" in done.stderr.replace("\n", "")
    rows = list(csv.reader(target.read_text("utf-8-sig").splitlines(keepends=True)))
    assert tuple(rows[0]) == csv_export.HEADINGS
    assert len(rows) == 251
    piped = install.run("customers", "export", "--connection", "ACME", "--search", rows[1][2])
    assert rows[1] in list(csv.reader(io.StringIO(piped.stdout.removeprefix("\ufeff"))))
    wrong = install.run("customers", "export", "--connection", "nobody")
    assert wrong.returncode != 0
    assert "There is no connection called 'nobody'" in wrong.stderr


def test_the_best_number_is_exported_to_whoever_may_see_persons(acme: Connection) -> None:
    of = making.customer(acme, "Acme", mobile_e164="+32475000001")
    making.contact_person(of, "Zoe", mobile_e164="+32470222222", email_normalized="zoe@acme.example")
    someone = User.objects.create_user("someone", is_staff=True)
    codes = ("view_customer", "export_customer", "view_contactperson")
    someone.user_permissions.set(Permission.objects.filter(codename__in=codes))
    ((row,), _) = download(logged_in(someone), EVERYTHING)
    assert (row["Best phone number"], row["Best e-mail"]) == ("+32470222222", "zoe@acme.example")
    someone.user_permissions.remove(Permission.objects.get(codename="view_contactperson"))
    ((row,), _) = download(logged_in(someone), EVERYTHING)
    assert "+32470222222" not in row.values()
    assert not {"Best phone number", "Best e-mail"} & set(row)
