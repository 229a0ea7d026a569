"""The groups of the roles, created and updated after every migration."""

from typing import Any

from django.apps import AppConfig
from django.apps import apps as all_apps
from django.apps.registry import Apps
from django.contrib.auth.management import create_permissions
from django.contrib.auth.models import Group, Permission, User
from django.db import transaction

from counterfoil.console.site.permissions import Role, permissions
from counterfoil.mirror.models import RoleGroup

APPS = ("auth", "counterfoil_mirror", "counterfoil_webhooks")
"""The apps whose permissions the roles have."""


def after_migrate(sender: AppConfig, *, using: str, apps: Apps = all_apps, **_: Any) -> None:
    """Handle Django's signal. There is nothing to do when migrating back to a version without roles."""
    try:
        apps.get_model("counterfoil_mirror", "RoleGroup")
    except LookupError:
        return
    for app in APPS:
        create_permissions(all_apps.get_app_config(app), verbosity=0, using=using, apps=apps)
    update_groups()


@transaction.atomic
def update_groups() -> None:
    """Create the group of each role where it is missing, and add the permissions that this version adds.

    A group is identified by its key, so a renamed one stays the role's group. Permissions that a user added or
    removed stay that way: only the difference to what the previous version gave is applied. A deleted group is
    created again, without users. A group that had a role's name before there were roles becomes the role's group
    and keeps its permissions.
    """
    entries = {entry.role: entry for entry in RoleGroup.objects.select_related("group")}
    for role in Role:
        entry = entries.get(role)
        if entry is None:
            group, _ = Group.objects.get_or_create(name=role.label)
            entry = RoleGroup(role=role, group=group)
        _give(entry, permissions(role))


def group_of(role: Role) -> Group:
    """Return the role's group, creating it again if it was deleted."""
    found = RoleGroup.objects.select_related("group").filter(role=role).first()
    if found is None:
        update_groups()
        found = RoleGroup.objects.select_related("group").get(role=role)
    return found.group


def assign(user: User, role: Role) -> None:
    """Give a user this role instead of any other. Other groups of the user stay."""
    others = RoleGroup.objects.exclude(role=role).values("group")
    user.groups.remove(*Group.objects.filter(pk__in=others))
    user.groups.add(group_of(role))


def _give(entry: RoleGroup, wanted: frozenset[str]) -> None:
    """Apply to the group the difference between the wanted permissions and those given last time."""
    before = set(entry.given)
    if before == wanted and entry.pk is not None:
        return
    existing = Permission.objects.filter(content_type__app_label__in=APPS).select_related("content_type")
    codes = {f"{found.content_type.app_label}.{found.codename}": found for found in existing}
    wanted &= codes.keys()  # permissions of tables that do not exist yet are given later
    entry.group.permissions.add(*(codes[code] for code in wanted - before))
    entry.group.permissions.remove(*(codes[code] for code in before - wanted if code in codes))
    entry.given = sorted(wanted)
    entry.save()
