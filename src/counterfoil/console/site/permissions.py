"""The roles of people, and what each may do. Data only: `role_groups` turns them into groups."""

from dataclasses import dataclass
from enum import StrEnum

CONFIGURE = "counterfoil_mirror.configure_connection"
CONNECT = "counterfoil_mirror.add_connection"
GRANT = "counterfoil_mirror.change_connection"
SYNC = "counterfoil_mirror.add_run"
DECIDE = "counterfoil_mirror.change_run"
SYNC_CUSTOMER = "counterfoil_mirror.sync_customer"
EXPORT_CUSTOMER = "counterfoil_mirror.export_customer"
EDIT = "counterfoil_mirror.change_customer"
CREATE = "counterfoil_mirror.add_customer"
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
    """Each may do what the one before may do, and more."""

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
        """How far up, from nought."""
        return list(Role).index(self)


@dataclass(frozen=True, slots=True)
class Grant:
    """Something that people may do, from a role on."""

    what: str
    permissions: tuple[str, ...]
    role: Role


def _all(what: str) -> tuple[str, ...]:
    return tuple(f"auth.{do}_{what}" for do in ("view", "add", "change", "delete"))


LEAVES = (
    Grant("See connections, never their secrets", ("counterfoil_mirror.view_connection",), Role.VIEWER),
    Grant("See customers with their history and payload", (SEE_CUSTOMERS,), Role.VIEWER),
    Grant("See invoices and contact persons", (SEE_INVOICES, SEE_PERSONS), Role.VIEWER),
    Grant("See runs", ("counterfoil_mirror.view_run",), Role.VIEWER),
    Grant("See records set aside", ("counterfoil_mirror.view_quarantinedrecord",), Role.VIEWER),
    Grant("See webhooks and what became of them", (SEE_DELIVERIES,), Role.VIEWER),
    Grant("See conflicts and what became of them", (SEE_CONFLICTS,), Role.VIEWER),
    Grant("Read customers again from their upstream, one or several", (SYNC_CUSTOMER,), Role.CLERK),
    Grant("Edit customers, make new ones", (EDIT, CREATE), Role.CLERK),
    Grant("Push edits and new customers to their upstream", (PUSH,), Role.CLERK),
    Grant("Settle conflicts, one or several", (SETTLE,), Role.CLERK),
    Grant("Export customers", (EXPORT_CUSTOMER,), Role.CLERK),
    Grant("Sync a connection, in full or what changed; resume an interrupted run", (SYNC,), Role.OPERATOR),
    Grant("Approve and cancel runs", (DECIDE,), Role.OPERATOR),
    Grant("Try records set aside again", (RETRY,), Role.OPERATOR),
    Grant("Have webhooks worked on once more", (REPLAY,), Role.OPERATOR),
    Grant(
        "Change role overrides, field map, rules for conflicts, country, schedules, allowance and guards, and "
        "whether anything is written upstream; check credentials",
        (CONFIGURE,),
        Role.OPERATOR,
    ),
    Grant(
        "Add connections, give them another address or key, and say whose they are and which groups see them",
        (CONNECT, GRANT),
        Role.OWNER,
    ),
    Grant("See, add, change and delete users", _all("user"), Role.OWNER),
    Grant("See, add, change and delete groups", _all("group"), Role.OWNER),
)


def permissions(role: Role) -> frozenset[str]:
    """Everything that a role may do, as Django names it."""
    return frozenset(
        permission for leave in LEAVES if leave.role.rank <= role.rank for permission in leave.permissions
    )


def table() -> str:
    """Who may what, as a table of Markdown."""
    titles = ["", *(role.label for role in Role)]
    rows = [[leave.what, *("yes" if leave.role.rank <= role.rank else "–" for role in Role)] for leave in LEAVES]
    lines = [titles, ["---", *(":-:" for _ in Role)], *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)
