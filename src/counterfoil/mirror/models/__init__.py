"""The tables. Every key leads with the connection, so that the data can be partitioned by it later."""

from counterfoil.mirror.models.access import Access
from counterfoil.mirror.models.allowance import Allowance
from counterfoil.mirror.models.change import Change, Source
from counterfoil.mirror.models.conflict import Conflict, ConflictKind, Decision
from counterfoil.mirror.models.connection import Connection
from counterfoil.mirror.models.contact_person import ContactPerson
from counterfoil.mirror.models.coverage import Coverage
from counterfoil.mirror.models.customer import Customer
from counterfoil.mirror.models.field_map import FieldMap
from counterfoil.mirror.models.invoice import Invoice
from counterfoil.mirror.models.mirrored import Mirrored
from counterfoil.mirror.models.pending_edit import PendingEdit
from counterfoil.mirror.models.pending_login import PendingLogin
from counterfoil.mirror.models.policy import Policy
from counterfoil.mirror.models.proposal import Action, Proposal
from counterfoil.mirror.models.role_group import RoleGroup
from counterfoil.mirror.models.role_override import RoleOverride
from counterfoil.mirror.models.run import BESIDE, Run, RunKind, RunState
from counterfoil.mirror.models.run_page import RunPage
from counterfoil.mirror.models.schedule import Missed, Schedule, ScheduleKind
from counterfoil.mirror.models.set_aside import SetAside
from counterfoil.mirror.models.token import Token
from counterfoil.mirror.models.usage import Usage
from counterfoil.mirror.models.write import UNFINISHED, Write, WriteKind, WriteState
from counterfoil.mirror.rule import Rule
from counterfoil.mirror.state import State

__all__ = [
    "BESIDE",
    "UNFINISHED",
    "Access",
    "Action",
    "Allowance",
    "Change",
    "Conflict",
    "ConflictKind",
    "Connection",
    "ContactPerson",
    "Coverage",
    "Customer",
    "Decision",
    "FieldMap",
    "Invoice",
    "Mirrored",
    "Missed",
    "PendingEdit",
    "PendingLogin",
    "Policy",
    "Proposal",
    "RoleGroup",
    "RoleOverride",
    "Rule",
    "Run",
    "RunKind",
    "RunPage",
    "RunState",
    "Schedule",
    "ScheduleKind",
    "SetAside",
    "Source",
    "State",
    "Token",
    "Usage",
    "Write",
    "WriteKind",
    "WriteState",
]
