"""The groups of the roles are there after every migration, as documented, and keep what people changed by hand."""

import pytest
from django.contrib.auth.models import Group, Permission, User
from django.core.management import call_command

from counterfoil.console.site import permissions, role_groups
from counterfoil.console.site.permissions import Role
from counterfoil.mirror.models import RoleGroup

pytestmark = [pytest.mark.django_db, pytest.mark.once]


def _codes(group: Group) -> set[str]:
    found = group.permissions.values_list("content_type__app_label", "codename")
    return {f"{app}.{code}" for app, code in found}


def _migrate() -> None:
    call_command("migrate", verbosity=0, interactive=False)


def test_every_role_may_do_all_that_the_one_before_may_and_more() -> None:
    for role in Role:
        assert _codes(Group.objects.get(name=role.label)) == permissions.permissions(role)
    for lower, higher in zip(list(Role), list(Role)[1:], strict=False):
        assert permissions.permissions(lower) < permissions.permissions(higher)


def test_a_second_migration_changes_nothing() -> None:
    before = list(RoleGroup.objects.values()), list(Group.permissions.through.objects.values())
    _migrate()
    assert (list(RoleGroup.objects.values()), list(Group.permissions.through.objects.values())) == before


def test_manual_changes_stay_and_new_permissions_are_added() -> None:
    entry = RoleGroup.objects.get(role=Role.CLERK)
    own = Permission.objects.get(codename="view_user")
    taken = Permission.objects.get(codename="export_customer")
    entry.group.permissions.add(own)
    entry.group.permissions.remove(taken)
    new = Permission.objects.get(codename="sync_customer")
    entry.group.permissions.remove(new)
    entry.given = [code for code in entry.given if code != "counterfoil_mirror.sync_customer"] + [
        "counterfoil_mirror.add_run"
    ]
    entry.save()
    entry.group.permissions.add(Permission.objects.get(codename="add_run"))
    _migrate()
    wanted = permissions.permissions(Role.CLERK) - {"counterfoil_mirror.export_customer"} | {"auth.view_user"}
    assert _codes(entry.group) == wanted


def test_permissions_of_later_tables_are_given_once_they_exist() -> None:
    entry = RoleGroup.objects.get(role=Role.OPERATOR)
    Permission.objects.filter(codename="replay_delivery").delete()
    entry.given = []
    entry.save()
    role_groups.update_groups()
    assert _codes(entry.group) == permissions.permissions(Role.OPERATOR) - {permissions.REPLAY}
    _migrate()
    assert _codes(entry.group) == permissions.permissions(Role.OPERATOR)


def test_a_renamed_group_stays_the_roles() -> None:
    Group.objects.filter(name="Clerk").update(name="Balie")
    _migrate()
    assert not Group.objects.filter(name="Clerk").exists()
    assert role_groups.group_of(Role.CLERK).name == "Balie"


def test_a_deleted_group_is_created_again_without_users() -> None:
    user = User.objects.create_user("somebody")
    role_groups.assign(user, Role.CLERK)
    Group.objects.get(name="Clerk").delete()
    _migrate()
    assert _codes(Group.objects.get(name="Clerk")) == permissions.permissions(Role.CLERK)
    assert not user.groups.exists()


def test_a_new_role_replaces_the_old_one_and_keeps_other_groups() -> None:
    user = User.objects.create_user("somebody")
    user.groups.add(Group.objects.create(name="Antwerp"))
    for role in (Role.OWNER, Role.VIEWER):
        role_groups.assign(user, role)
        assert set(user.groups.values_list("name", flat=True)) == {"Antwerp", role.label}
