"""The roles of users and their permissions. `role_groups` turns them into groups."""

from dataclasses import dataclass
from enum import StrEnum

CONFIGURE = "counterfoil_mirror.configure_connection"
CONNECT = "counterfoil_mirror.add_connection"
GRANT = "counterfoil_mirror.change_connection"
GO_LIVE = GRANT
"""Whoever decides over connections also says that a restored copy is the one in use."""
SYNC = "counterfoil_mirror.add_run"
DECIDE = "counterfoil_mirror.change_run"
SYNC_CUSTOMER = "counterfoil_mirror.sync_customer"
EXPORT_CUSTOMER = "counterfoil_mirror.export_customer"
EDIT = "counterfoil_mirror.change_customer"
CREATE = "counterfoil_mirror.add_customer"
DELETE = "counterfoil_mirror.delete_customer"
PUSH = "counterfoil_mirror.push_customer"
SEE_CONFLICTS = "counterfoil_mirror.view_conflict"
SETTLE = "counterfoil_mirror.settle_conflict"
RETRY = "counterfoil_mirror.retry_quarantinedrecord"
SEE_CUSTOMERS = "counterfoil_mirror.view_customer"
SEE_INVOICES = "counterfoil_mirror.view_invoice"
SEE_PERSONS = "counterfoil_mirror.view_contactperson"
SEE_DELIVERIES = "counterfoil_webhooks.view_delivery"
REPLAY = "counterfoil_webhooks.replay_delivery"


class Role(StrEnum):
    """A role. Each may do all that the one before may do, and more."""

    VIEWER = "viewer"
    CLERK = "clerk"
    OPERATOR = "operator"
    OWNER = "owner"

    @property
    def label(self) -> str:
        """The name of its group."""
        return self.value.capitalize()

    @property
    def rank(self) -> int:
        """The position of the role, from 0."""
        return list(Role).index(self)


@dataclass(frozen=True, slots=True)
class Grant:
    """Something that a role and those above it may do."""

    what: str
    permissions: tuple[str, ...]
    role: Role


def _all(what: str) -> tuple[str, ...]:
    return tuple(f"auth.{do}_{what}" for do in ("view", "add", "change", "delete"))


GRANTS = (
    Grant("See connections, never their secrets", ("counterfoil_mirror.view_connection",), Role.VIEWER),
    Grant("See customers with their history and original record", (SEE_CUSTOMERS,), Role.VIEWER),
    Grant("See invoices and contact persons", (SEE_INVOICES, SEE_PERSONS), Role.VIEWER),
    Grant("See runs", ("counterfoil_mirror.view_run",), Role.VIEWER),
    Grant("See import problems", ("counterfoil_mirror.view_quarantinedrecord",), Role.VIEWER),
    Grant("See webhooks and their results", (SEE_DELIVERIES,), Role.VIEWER),
    Grant("See conflicts and their results", (SEE_CONFLICTS,), Role.VIEWER),
    Grant("Refresh customers from the connected system, one or several", (SYNC_CUSTOMER,), Role.CLERK),
    Grant("Edit customers, create new ones", (EDIT, CREATE), Role.CLERK),
    Grant("Send edits and new customers to the connected system", (PUSH,), Role.CLERK),
    Grant("Decide conflicts, one or several", (SETTLE,), Role.CLERK),
    Grant("Export customers", (EXPORT_CUSTOMER,), Role.CLERK),
    Grant("Delete customers in the connected system", (DELETE,), Role.OPERATOR),
    Grant(
        "Sync a connection, in full or changes only; pause and resume it; resume a run",
        (SYNC,),
        Role.OPERATOR,
    ),
    Grant("Approve, reject and cancel runs", (DECIDE,), Role.OPERATOR),
    Grant("Retry import problems", (RETRY,), Role.OPERATOR),
    Grant("Replay webhooks", (REPLAY,), Role.OPERATOR),
    Grant(
        "Change role overrides, field map, rules for conflicts, country, schedules and limits; make a connection "
        "read-only; check credentials",
        (CONFIGURE,),
        Role.OPERATOR,
    ),
    Grant(
        "Add, rename and remove connections, change their address or key, and decide who owns and who sees them; "
        "end the hold after a restore",
        (CONNECT, GRANT),
        Role.OWNER,
    ),
    Grant("See, add, change and delete users", _all("user"), Role.OWNER),
    Grant("See, add, change and delete groups", _all("group"), Role.OWNER),
)


def permissions(role: Role) -> frozenset[str]:
    """Return the names of all permissions of a role."""
    return frozenset(
        permission for grant in GRANTS if grant.role.rank <= role.rank for permission in grant.permissions
    )


def table() -> str:
    """Return which role may do what, as a Markdown table."""
    titles = ["", *(role.label for role in Role)]
    rows = [[grant.what, *("yes" if grant.role.rank <= role.rank else "–" for role in Role)] for grant in GRANTS]
    lines = [titles, ["---", *(":-:" for _ in Role)], *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)
