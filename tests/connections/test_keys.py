"""Rotating the encryption key, finding everything that is encrypted, and a key that is missing or another one."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography.fernet import Fernet
from django.apps import apps
from django.contrib.auth.models import User
from django.db import models
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st
from pytest_django.fixtures import Settings

from counterfoil.connections import encryption, key_check, key_ring, key_rotation, sealed_values
from counterfoil.connections.key_check import KeyState, SecretCounts
from counterfoil.connections.key_source import FixedKeys
from counterfoil.errors import InvalidSetting, KeyUnusable, NotPossibleNow
from counterfoil.mirror.models import Connection, PendingLogin, Token
from counterfoil.mirror.models.sealed_field import SealedField, SecretKind
from counterfoil.project.key_file import KeyFile, session_keys
from counterfoil.webhooks.models import Endpoint
from tests.console import making
from tests.support.crashing import Crash, crashing

database = pytest.mark.django_db(transaction=True)
TELLTALE = ("secret", "sealed", "password", "token", "credential", "api_key")
"""Parts of the names of columns that may keep a secret."""
PUBLIC = {"tokens_key"}
"""A digest, which tells nobody what it was made of."""


@pytest.fixture
def keys(settings: Settings, tmp_path: Path) -> KeyFile:
    """Give this process a key file of its own."""
    source = KeyFile(tmp_path / "key")
    source.create()
    settings.COUNTERFOIL_ENCRYPTION_KEYS = source
    return source


@pytest.fixture
def stored(db: None, keys: KeyFile) -> Connection:
    """Store one secret of each kind."""
    acme = making.connection()
    making.endpoint(acme)
    Token.objects.create(connection=acme, sealed=encryption.seal({"access_token": "token-1"}))
    PendingLogin.objects.create(
        session="", user=User.objects.create_user("boss"), until=timezone.now() + timedelta(minutes=9),
        sealed=encryption.seal({"login": "{}"}),
    )  # fmt: skip
    return acme


def plain() -> list[dict[str, str]]:
    """Open everything that is stored."""
    return [encryption.unseal(value.text) for value in sealed_values.all_values()]


def ours() -> list[type[models.Model]]:
    return [model for model in apps.get_models() if model.__module__.startswith("counterfoil.")]


def test_every_column_that_may_keep_a_secret_is_found_when_keys_rotate() -> None:
    fields = [field for model in ours() for field in model._meta.concrete_fields]
    named = {
        field
        for field in fields
        if isinstance(field, models.TextField | models.CharField)
        and any(part in field.name for part in TELLTALE)
        and field.name not in PUBLIC
    }
    sealed = {field for field in fields if isinstance(field, SealedField)}
    assert named - sealed == set()
    assert {(column.model, column.name) for column in sealed_values.columns()} == {
        (field.model, field.name) for field in sealed
    }
    assert {column.kind for column in sealed_values.columns()} == set(SecretKind)


def test_a_secret_that_is_not_encrypted_is_not_stored_and_not_repeated() -> None:
    field = Connection._meta.get_field("secrets")
    with pytest.raises(ValueError, match="encrypted values only") as raised:
        field.get_prep_value("my-api-secret")
    assert "my-api-secret" not in str(raised.value)


@database
def test_nothing_encrypted_stands_in_any_other_column(stored: Connection) -> None:
    assert {value.column.kind for value in sealed_values.all_values()} == set(SecretKind)
    for model in ours():
        for row in model._default_manager.all():
            for field in model._meta.concrete_fields:
                encrypted = "gAAAA" in str(getattr(row, field.attname))
                assert not encrypted or isinstance(field, SealedField), (model, field.name)


@database
def test_a_rotation_encrypts_everything_anew_and_the_old_key_can_go(stored: Connection, keys: KeyFile) -> None:
    before, old = plain(), keys.read()
    done = key_rotation.rotate()
    assert (done.sealed, done.resumed, done.lost) == (4, False, [])
    assert plain() == before
    assert keys.read()[1:] == old
    assert key_rotation.drop_old() == 1
    assert len(keys.read()) == 1
    assert plain() == before
    assert key_check.state() == KeyState.FITS
    assert key_check.recorded_digest() == key_ring.digest(keys.read()[0])


@database
@pytest.mark.parametrize("point", range(1, 6))
def test_law_8_a_rotation_that_was_killed_goes_on_and_no_secret_is_lost(
    stored: Connection, keys: KeyFile, point: int
) -> None:
    before = plain()
    with pytest.raises(Crash), crashing(point):
        key_rotation.rotate()
    assert plain() == before
    assert key_check.state() == KeyState.FITS
    done = key_rotation.rotate()
    assert done.resumed == (point < 4), "until the last value was encrypted there is something to go on with"
    assert not key_rotation.outdated()
    assert plain() == before
    key_rotation.drop_old()
    assert plain() == before


@database
def test_a_value_that_changes_during_a_rotation_is_encrypted_anew_too(
    stored: Connection, keys: KeyFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    older = FixedKeys(keys.read(), "a process that has read the file before")
    replace = sealed_values.SealedValue.replace

    def change_first(value: sealed_values.SealedValue, text: str) -> bool:
        if value.column.kind == SecretKind.ACCESS_TOKEN and not renewed:
            with monkeypatch.context() as other:
                other.setattr(key_ring, "source", lambda: older)
                renewed.append(encryption.seal({"access_token": "token-2"}))
            Token.objects.update(sealed=renewed[0])
        return replace(value, text)

    renewed: list[str] = []
    monkeypatch.setattr(sealed_values.SealedValue, "replace", change_first)
    key_rotation.rotate()
    key_rotation.drop_old()
    assert encryption.unseal(Token.objects.get().sealed) == {"access_token": "token-2"}


@database
def test_an_older_key_that_is_needed_is_not_dropped(stored: Connection, keys: KeyFile) -> None:
    key_rotation.add_key()
    with pytest.raises(NotPossibleNow, match="4 stored secrets still need"):
        key_rotation.drop_old()
    assert len(keys.read()) == 2


@database
def test_a_key_of_the_environment_is_rotated_once_a_new_one_stands_in_front(
    stored: Connection, keys: KeyFile, settings: Settings
) -> None:
    (old,), before = keys.read(), plain()
    settings.COUNTERFOIL_ENCRYPTION_KEYS = [old]
    with pytest.raises(InvalidSetting, match="Put a new key in front"):
        key_rotation.rotate()
    new = Fernet.generate_key().decode()
    settings.COUNTERFOIL_ENCRYPTION_KEYS = [new, old]
    assert key_rotation.rotate().sealed == 4
    settings.COUNTERFOIL_ENCRYPTION_KEYS = [new]
    assert plain() == before


@database
@pytest.mark.parametrize("present", [False, True], ids=["missing", "wrong"])
def test_no_key_is_made_beside_secrets_and_none_is_encrypted_with_another(
    stored: Connection, keys: KeyFile, tmp_path: Path, present: bool
) -> None:
    old = Path(keys.place).read_text()
    Path(keys.place).unlink()
    if present:
        keys.create()
    with pytest.raises(KeyUnusable, match="missing" if not present else "not the one that"):
        key_check.require_key()
    with pytest.raises(KeyUnusable):
        encryption.seal({"api_key": "new"})
    assert Path(keys.place).exists() == present
    Path(keys.place).write_text(old)
    assert len(plain()) == 4


@database
def test_a_lost_key_is_replaced_on_demand_and_every_way_back_is_named(stored: Connection, keys: KeyFile) -> None:
    Path(keys.place).unlink()
    lost = key_rotation.accept_loss()
    ways = {value.column.kind: sealed_values.way_back(value) for value in lost}
    assert set(ways) == set(SecretKind)
    assert "`counterfoil connect robaws --name acme …`" in ways[SecretKind.CREDENTIALS]
    url = Endpoint.objects.get().url
    assert f"`counterfoil webhooks register acme --url {url}`" in ways[SecretKind.WEBHOOK_SECRET]
    key_check.require_key()
    assert encryption.seal({"api_key": "new"})


@database
def test_a_first_key_is_made_where_nothing_is_stored(db: None, settings: Settings, tmp_path: Path) -> None:
    source = KeyFile(tmp_path / "key")
    settings.COUNTERFOIL_ENCRYPTION_KEYS = source
    key_check.require_key()
    (key,) = source.read()
    source.create()
    assert source.read() == (key,)
    assert Path(source.place).stat().st_mode & 0o777 == 0o600


def test_a_process_notices_a_changed_key_file(keys: KeyFile) -> None:
    (old,) = keys.read()
    text = encryption_of(old)
    other = KeyFile(Path(keys.place))
    other.write([Fernet.generate_key().decode(), old])
    assert len(keys.read()) == 2
    assert key_ring.opens(text)
    assert not key_ring.is_newest(text)


def test_a_rotation_logs_nobody_out(keys: KeyFile) -> None:
    before = session_keys(keys)
    keys.write([Fernet.generate_key().decode(), *keys.read()])
    new, *fallbacks = session_keys(keys)
    assert new not in before
    assert fallbacks == before


@pytest.mark.parametrize(("mode", "warned"), [(0o600, False), (0o640, False), (0o644, True), (0o660, True)])
def test_a_key_file_that_others_may_read_is_noticed(keys: KeyFile, mode: int, warned: bool) -> None:
    Path(keys.place).chmod(mode)
    assert keys.readable_by_others() == warned


RECORDED = st.sampled_from(["", "mine", "theirs"])


@given(
    recorded=RECORDED, present=st.lists(st.sampled_from(["mine", "new"])), counts=st.integers(0, 3), data=st.data()
)
def test_a_key_is_made_only_where_nothing_needs_another(
    recorded: str, present: list[str], counts: int, data: Any
) -> None:
    opened = data.draw(st.integers(0, counts)) if present else 0
    state = key_check.judge(recorded, present, SecretCounts(counts, opened))
    assert (state == KeyState.NO_KEY_YET) == (not present and counts == 0)
    assert (state == KeyState.MISSING) == (not present and counts > 0)
    if opened:
        assert state == KeyState.FITS


def encryption_of(key: str) -> str:
    return Fernet(key).encrypt(b"{}").decode()
