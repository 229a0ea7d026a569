"""A connection to Zoho Books that gets another token by a login stays the connection that it was."""

import pytest
from django.contrib.auth.models import User

from counterfoil.connections import connect, encryption
from counterfoil.mirror.models import Allowance, Connection
from counterfoil_simulators.zoho_books import ZohoBooksSimulator
from tests.console.people import belongs_to
from tests.console.zoho_login import Somebody

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.once]


def key_of(connection: Connection) -> str:
    """Where its address and key are changed."""
    return f"/connections/{connection.pk}/key/"


def existing(sim: ZohoBooksSimulator, organization: int = 0) -> Connection:
    """Make a connection whose tokens were revoked."""
    made = Connection.objects.create(
        name="head office",
        connector="zoho_books",
        country="NL",
        settings={
            "dc": "eu",
            "organization": sim.organization_ids[organization],
            "client_id": "1000.OLD",
            "rate": 0,
        },
        secrets=encryption.seal({"client_secret": "old", "refresh_token": "1000.dead"}),
    )
    Allowance.objects.create(connection=made)
    return made


def test_a_login_renews_a_connection_and_keeps_its_settings(busy: Somebody) -> None:
    made = existing(busy.sim, organization=2)
    user = User.objects.get(username="owner")
    belongs_to(made, user)
    shown = busy.connect(key_of(made))
    assert busy.sim.control.organizations()[2]["name"] in shown
    made = Connection.objects.get()
    assert (made.name, made.owner, made.country) == ("head office", user, "NL")
    assert (made.settings["organization"], made.settings["rate"]) == (busy.sim.organization_ids[2], 0)
    assert encryption.unseal(made.secrets)["client_secret"] == busy.sim.client_secret
    assert "Zoho Books answers" in connect.check_connection(made)


def test_a_login_that_does_not_open_the_same_organisation_renews_nothing(somebody: Somebody) -> None:
    made = existing(somebody.sim)
    Connection.objects.update(settings={**made.settings, "organization": "60000000001"})
    before = Connection.objects.values("name", "settings", "secrets", "country").get()
    shown = somebody.connect(key_of(made))
    assert "head office connects to 60000000001 in Zoho Books, and this login has no access to it" in shown
    assert Connection.objects.values("name", "settings", "secrets", "country").get() == before


def test_renewing_by_a_login_uses_the_allowance_of_its_connection(somebody: Somebody) -> None:
    """Law 7, one budget per allowance."""
    made = existing(somebody.sim)
    somebody.connect(key_of(made))
    assert Allowance.objects.get().daily_remaining is not None


def test_users_cannot_renew_a_connection_they_no_longer_see(somebody: Somebody) -> None:
    made = existing(somebody.sim)
    brought = somebody.consent(somebody.begin(key_of(made)))
    belongs_to(made, User.objects.create_user("other"))
    assert somebody.come_back(brought).status_code == 404
    assert encryption.unseal(Connection.objects.get().secrets)["client_secret"] == "old"
