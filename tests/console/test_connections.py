"""Connections: buttons, settings, mapping."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.test import Client
from django.utils import timezone

from counterfoil.connections import connect as engine
from counterfoil.connections import factory
from counterfoil.console.site.permissions import Role
from counterfoil.errors import CredentialsRefused
from counterfoil.mirror import coverage
from counterfoil.mirror.models import Allowance, Connection, FieldMap, RoleOverride, Run, RunKind, RunState
from tests.console import making
from tests.console.asking import fields, notice, page
from tests.console.people import logged_in, person

pytestmark = [pytest.mark.django_db, pytest.mark.once]


@pytest.fixture
def acme() -> Connection:
    """Make a connection with one role override."""
    made = making.connection()
    RoleOverride.objects.create(connection=made, by="name", pattern="Aeon Shipping", role="FORWARDER")
    return made


def _address(connection: Connection, what: str = "") -> str:
    return f"/connections/{connection.pk}/{what}/" if what else f"/connections/{connection.pk}/"


def test_sync_now_queues_exactly_one_run_for_each_resource(
    boss: Client, acme: Connection, django_capture_on_commit_callbacks: Any
) -> None:
    with django_capture_on_commit_callbacks() as nudges:
        answer = boss.post(_address(acme, "sync"))
    customers, persons = Run.objects.order_by("id")
    assert (customers.resource, persons.resource) == ("customer", "contact_person")
    assert answer["Location"] == f"/runs/{customers.pk}/"
    assert {(run.kind, run.state) for run in (customers, persons)} == {(RunKind.FULL, RunState.QUEUED)}
    assert len(nudges) == 1
    assert "is queued" in notice(boss, _address(acme, "sync"))
    assert Run.objects.count() == 2


def test_sync_now_is_incremental_where_it_can_be(boss: Client, acme: Connection) -> None:
    coverage.save(acme.pk, "customer", watermark=making.run(acme).started_at, complete_pass_at=None)
    boss.post(_address(acme, "sync"))
    boss.post(_address(acme, "full"))
    queued = Run.objects.filter(state=RunState.QUEUED).order_by("id")
    assert list(queued.values_list("resource", "kind")) == [
        ("customer", RunKind.INCREMENTAL),
        ("contact_person", RunKind.FULL),  # never listed before
        ("customer", RunKind.FULL),
    ]


def test_a_missing_connector_is_explained(boss: Client, acme: Connection) -> None:
    Connection.objects.filter(pk=acme.pk).update(connector="gone")
    answer = boss.post(_address(acme, "sync"), follow=True)
    assert answer.status_code == 200
    assert "which is not installed" in answer.content.decode()
    assert not Run.objects.exists()


def test_saving_without_a_change_queues_no_run(boss: Client, acme: Connection) -> None:
    notice(boss, _address(acme), fields(boss, _address(acme)))
    assert not Run.objects.exists()
    acme.refresh_from_db()
    assert acme.mapping_version == 1


@pytest.mark.parametrize(
    "changes",
    [
        {"country": "NL"},
        {"country": "nederland"},
        {"role_overrides-0-role": "broker"},
        {"role_overrides-0-DELETE": "on"},
        {
            "role_overrides-TOTAL_FORMS": "2",
            "role_overrides-1-by": "id",
            "role_overrides-1-pattern": "12",
            "role_overrides-1-role": "pov",
        },
        {
            "field_map-TOTAL_FORMS": "1",
            "field_map-0-field": "legal_form",
            "field_map-0-source": "extraFields.Form",
        },
        {
            "country": "FR",
            "role_overrides-0-pattern": "Aeon",
            "field_map-TOTAL_FORMS": "1",
            "field_map-0-field": "legal_form",
            "field_map-0-source": "extraFields.Form",
        },
    ],
    ids=["country", "country by name", "role", "override deleted", "override added", "field map", "everything"],
)
def test_a_mapping_change_queues_one_run_for_each_resource_concerned(
    boss: Client, acme: Connection, changes: dict[str, str], django_capture_on_commit_callbacks: Any
) -> None:
    with django_capture_on_commit_callbacks() as nudges:
        shown = notice(boss, _address(acme), {**fields(boss, _address(acme)), **changes})
    assert set(Run.objects.values_list("kind", "state")) == {(RunKind.REMAP, RunState.QUEUED)}
    concerned = ["contact_person", "customer"] if "country" in changes else ["customer"]
    assert sorted(Run.objects.values_list("resource", flat=True)) == concerned
    assert f'href="/runs/{Run.objects.get(resource="customer").pk}/"' in shown
    assert len(nudges) == 1
    acme.refresh_from_db()
    assert acme.mapping_version == 2


def test_several_sources_of_a_field_can_be_read_and_written(boss: Client, acme: Connection) -> None:
    FieldMap.objects.create(connection=acme, field="name", source="company")
    sent = {
        **fields(boss, _address(acme)),
        "field_map-TOTAL_FORMS": "2",
        "field_map-1-field": "name",
        "field_map-1-source": "first + last",
    }
    notice(boss, _address(acme), sent)
    assert factory.mapping_config(acme).sources == {"name": ("company", "first + last")}
    assert Run.objects.get().kind == RunKind.REMAP
    assert "company or first + last" in page(boss, _address(acme))


def test_roles_are_stored_in_capitals(boss: Client, acme: Connection) -> None:
    sent = {**fields(boss, _address(acme)), "role_overrides-0-role": " forwarder "}
    notice(boss, _address(acme), sent)
    assert not Run.objects.exists()
    notice(boss, _address(acme), {**sent, "role_overrides-0-role": "broker"})
    assert RoleOverride.objects.get().role == "BROKER"


def test_limits_are_stored_beside_the_other_settings(boss: Client, acme: Connection) -> None:
    sent = {**fields(boss, _address(acme)), "rate": "3.5", "daily_reserve": "0", "guard_share": "12.5"}
    notice(boss, _address(acme), sent)
    acme.refresh_from_db()
    assert acme.settings == {
        "base_url": "https://upstream.invalid/api/v2", "rate": 3.5, "daily_reserve": 0, "guard_share": 0.125,
    }  # fmt: skip
    assert not Run.objects.exists()
    again = fields(boss, _address(acme))
    assert (again["rate"], again["daily_reserve"], again["guard_share"]) == ("3.5", "0", "12.5")
    notice(boss, _address(acme), {**again, "rate": "", "daily_reserve": "", "guard_share": ""})
    acme.refresh_from_db()
    assert acme.settings == {"base_url": "https://upstream.invalid/api/v2"}


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"country": "Atlantis"}, "is not a country"),
        ({"rate": "-1"}, "greater than or equal to 0"),
        ({"guard_share": "250"}, "less than or equal to 100"),
        ({"field_map-TOTAL_FORMS": "1", "field_map-0-field": "legal_form"}, "This field is required"),
        (
            {
                "role_overrides-TOTAL_FORMS": "2",
                "role_overrides-1-by": "name",
                "role_overrides-1-pattern": "Aeon Shipping",
                "role_overrides-1-role": "POV",
            },
            "already exists",
        ),
        (
            {
                "field_map-TOTAL_FORMS": "2",
                "field_map-0-field": "status",
                "field_map-0-source": "a",
                "field_map-1-field": "status",
                "field_map-1-source": "a",
            },
            "duplicate",
        ),
    ],
)
def test_wrong_input_is_explained(boss: Client, acme: Connection, changes: dict[str, str], words: str) -> None:
    shown = notice(boss, _address(acme), {**fields(boss, _address(acme)), **changes})
    assert words in shown
    assert not Run.objects.exists()
    assert FieldMap.objects.count() == 0
    acme.refresh_from_db()
    assert (acme.country, acme.settings) == ("BE", {"base_url": "https://upstream.invalid/api/v2"})


def test_an_address_is_shown_without_a_password_in_it(boss: Client) -> None:
    made = making.connection(settings={"base_url": "https://me:hush@host.example/api?token=hush", "rate": 1})
    shown = page(boss, _address(made))
    assert "https://host.example/api" in shown
    assert "hush" not in shown


def test_checking_credentials_shows_the_result(
    boss: Client, acme: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "check_connection", lambda _: "Robaws answers and accepts the key: 4,017 clients.")
    assert "accepts the key: 4,017 clients" in notice(boss, _address(acme, "check"))

    def refused(_: Connection) -> str:
        raise CredentialsRefused("Robaws does not accept the key.", "Connect it again with another one.")

    monkeypatch.setattr(engine, "check_connection", refused)
    assert "Connect it again with another one." in notice(boss, _address(acme, "check"))


def test_connections_cannot_be_deleted_in_the_console(boss: Client, acme: Connection) -> None:
    assert boss.post(_address(acme, "delete"), {"post": "yes"}).status_code == 403


def test_an_operator_resumes_a_blocked_connection_on_record(acme: Connection) -> None:
    until = timezone.now() + timedelta(hours=5)
    Allowance.objects.update_or_create(
        connection=acme, defaults={"blocked_until": until, "blocked_reason": "too many requests"}
    )
    viewer, operator = logged_in(person(Role.VIEWER)), logged_in(person(Role.OPERATOR, "olga"))
    assert _address(acme, "resume") not in page(viewer, _address(acme))
    assert viewer.post(_address(acme, "resume")).status_code == 403
    assert _address(acme, "resume") in page(operator, _address(acme))
    assert "resume now" in notice(operator, _address(acme, "resume"))
    assert Allowance.objects.get(connection=acme).blocked_until is None
    entry = LogEntry.objects.get(object_id=str(acme.pk))
    assert (entry.user.get_username(), "too many requests" in entry.change_message) == ("olga", True)
    after = page(operator, _address(acme))
    assert "by olga" in after
    assert _address(acme, "resume") not in after
    assert "already" in notice(operator, _address(acme, "resume"))
