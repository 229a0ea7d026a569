"""The groups of the roles: made after every migration, and kept up to date."""

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
"""Whose permissions the roles give."""


def after_migrate(sender: AppConfig, *, using: str, apps: Apps = all_apps, **_: Any) -> None:
    """Django's signal. On the way back to a version that had no roles there is nothing to do."""
    try:
        apps.get_model("counterfoil_mirror", "RoleGroup")
    except LookupError:
        return
    for app in APPS:
        create_permissions(all_apps.get_app_config(app), verbosity=0, using=using, apps=apps)
    keep()


@transaction.atomic
def keep() -> None:
    """Make the group of each role where there is none, and give it what this version adds.

    A group is known by its key: one that somebody has renamed stays the role's group under its new name. What
    somebody gave it or took from it by hand stays so: only what the product itself gives differently than last
    time is added or taken away. A group that somebody has deleted is made again, empty of people. A group that
    had a role's name before the product knew roles becomes the role's, with what it has.
    """
    known = {entry.role: entry for entry in RoleGroup.objects.select_related("group")}
    for role in Role:
        entry = known.get(role)
        if entry is None:
            group, _ = Group.objects.get_or_create(name=role.label)
            entry = RoleGroup(role=role, group=group)
        _give(entry, permissions(role))


def group_of(role: Role) -> Group:
    """The role's group. Made where somebody has deleted it."""
    found = RoleGroup.objects.select_related("group").filter(role=role).first()
    if found is None:
        keep()
        found = RoleGroup.objects.select_related("group").get(role=role)
    return found.group


def assign(user: User, role: Role) -> None:
    """Give somebody this role instead of any other. Groups that are no role's stay."""
    others = RoleGroup.objects.exclude(role=role).values("group")
    user.groups.remove(*Group.objects.filter(pk__in=others))
    user.groups.add(group_of(role))


def _give(entry: RoleGroup, wanted: frozenset[str]) -> None:
    """Carry over to the group what is wanted differently than last time."""
    before = set(entry.given)
    if before == wanted and entry.pk is not None:
        return
    known = Permission.objects.filter(content_type__app_label__in=APPS).select_related("content_type")
    codes = {f"{found.content_type.app_label}.{found.codename}": found for found in known}
    wanted &= codes.keys()  # while not all tables are there, what is about them is given later
    entry.group.permissions.add(*(codes[code] for code in wanted - before))
    entry.group.permissions.remove(*(codes[code] for code in before - wanted if code in codes))
    entry.given = sorted(wanted)
    entry.save()
