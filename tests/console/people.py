"""People with roles, logged in."""

from django.contrib.auth.models import Group, User
from django.test import Client

from counterfoil.connections import access
from counterfoil.console.site import role_groups
from counterfoil.console.site.permissions import Role
from counterfoil.mirror.models import Connection
from counterfoil.runs import requester


def person(role: Role, name: str = "") -> User:
    """Make a user with a role."""
    made = User.objects.create_user(name or role.value, is_staff=True)
    role_groups.assign(made, role)
    return made


def logged_in(user: User) -> Client:
    """Return a client that is logged in as a user."""
    client = Client()
    client.force_login(user)
    return client


def only_for(connection: Connection, name: str = "Antwerp") -> Group:
    """Limit a connection to a group, which is made."""
    group, _ = Group.objects.get_or_create(name=name)
    access.limit(connection, [*access.groups_of(connection), group.pk])
    return group


def belongs_to(connection: Connection, owner: User) -> None:
    """Give a connection to somebody; groups that it is for stay noted."""
    requester.hand_over(connection, owner, access.groups_of(connection))
