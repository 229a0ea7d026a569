"""The roles of people, and what each may do. Data only: `role_groups` turns them into groups."""

from dataclasses import dataclass
from enum import StrEnum

CONFIGURE = "mirror.configure_connection"
CONNECT = "mirror.add_connection"
GRANT = "mirror.change_connection"
SYNC = "mirror.add_run"
DECIDE = "mirror.change_run"
SYNC_CUSTOMER = "mirror.sync_customer"
EXPORT_CUSTOMER = "mirror.export_customer"
EDIT = "mirror.change_customer"
CREATE = "mirror.add_customer"
PUSH = "mirror.push_customer"
SEE_CONFLICTS = "mirror.view_conflict"
SETTLE = "mirror.settle_conflict"
RETRY = "mirror.retry_setaside"
SEE_CUSTOMERS = "mirror.view_customer"
SEE_INVOICES = "mirror.view_invoice"
SEE_PERSONS = "mirror.view_contactperson"
SEE_DELIVERIES = "inbox.view_delivery"
REPLAY = "inbox.replay_delivery"


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
class Leave:
    """Something that people may do, from a role on."""

    what: str
    permissions: tuple[str, ...]
    role: Role


def _all(what: str) -> tuple[str, ...]:
    return tuple(f"auth.{do}_{what}" for do in ("view", "add", "change", "delete"))


LEAVES = (
    Leave("See connections, never their secrets", ("mirror.view_connection",), Role.VIEWER),
    Leave("See customers with their history and payload", (SEE_CUSTOMERS,), Role.VIEWER),
    Leave("See invoices and contact persons", (SEE_INVOICES, SEE_PERSONS), Role.VIEWER),
    Leave("See runs", ("mirror.view_run",), Role.VIEWER),
    Leave("See records set aside", ("mirror.view_setaside",), Role.VIEWER),
    Leave("See webhooks and what became of them", (SEE_DELIVERIES,), Role.VIEWER),
    Leave("See conflicts and what became of them", (SEE_CONFLICTS,), Role.VIEWER),
    Leave("Read customers again from their upstream, one or several", (SYNC_CUSTOMER,), Role.CLERK),
    Leave("Edit customers, make new ones", (EDIT, CREATE), Role.CLERK),
    Leave("Push edits and new customers to their upstream", (PUSH,), Role.CLERK),
    Leave("Settle conflicts, one or several", (SETTLE,), Role.CLERK),
    Leave("Export customers", (EXPORT_CUSTOMER,), Role.CLERK),
    Leave("Sync a connection, in full or what changed; resume an interrupted run", (SYNC,), Role.OPERATOR),
    Leave("Approve and cancel runs", (DECIDE,), Role.OPERATOR),
    Leave("Try records set aside again", (RETRY,), Role.OPERATOR),
    Leave("Have webhooks worked on once more", (REPLAY,), Role.OPERATOR),
    Leave(
        "Change role overrides, field map, rules for conflicts, country, schedules, allowance and guards, and "
        "whether anything is written upstream; check credentials",
        (CONFIGURE,),
        Role.OPERATOR,
    ),
    Leave(
        "Add connections, give them another address or key, and say whose they are and which groups see them",
        (CONNECT, GRANT),
        Role.OWNER,
    ),
    Leave("See, add, change and delete users", _all("user"), Role.OWNER),
    Leave("See, add, change and delete groups", _all("group"), Role.OWNER),
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
