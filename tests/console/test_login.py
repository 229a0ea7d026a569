"""Logging in."""

from django.contrib.auth.models import User
from django.test import Client

from tests.console.asking import page


def test_a_login_without_a_destination_leads_to_the_overview(client: Client, db: None) -> None:
    User.objects.create_superuser("boss", password="open sesame")
    answer = client.post("/login/", {"username": "boss", "password": "open sesame"}, follow=True)
    assert answer.redirect_chain == [("/", 302)]
    assert "Overview" in answer.content.decode()


def test_a_login_leads_back_to_the_requested_page(client: Client, db: None) -> None:
    User.objects.create_superuser("boss", password="open sesame")
    asked = client.get("/runs/")
    assert asked.status_code == 302
    answer = client.post(asked["Location"], {"username": "boss", "password": "open sesame"})
    assert answer["Location"] == "/runs/"


def test_a_wrong_password_says_so(client: Client, db: None) -> None:
    answer = client.post("/login/", {"username": "boss", "password": "wrong"})
    assert answer.status_code == 200
    assert "Please enter the correct" in answer.content.decode()


def test_a_user_without_permissions_is_told_whom_to_ask(stranger: Client) -> None:
    assert "have permission to see anything yet" in page(stranger, "/")
    assert stranger.get("/customers/").status_code == 403
