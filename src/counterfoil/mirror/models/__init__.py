"""The tables. Every key leads with the connection, so that the data can be partitioned by it later."""

from counterfoil.mirror.enums import Rule, State
from counterfoil.mirror.models.change import Change, Source
from counterfoil.mirror.models.conflict import Conflict, ConflictKind, Decision, Policy
from counterfoil.mirror.models.connection import (
    Access,
    Allowance,
    Connection,
    PendingLogin,
    Removal,
    RoleGroup,
    Token,
    Usage,
    of_active_connection,
)
from counterfoil.mirror.models.contact_person import ContactPerson
from counterfoil.mirror.models.customer import Customer
from counterfoil.mirror.models.deletion import PendingDeletion
from counterfoil.mirror.models.edit import PendingEdit, Write, WriteKind, WriteState
from counterfoil.mirror.models.installation import Installation
from counterfoil.mirror.models.invoice import Invoice
from counterfoil.mirror.models.invoice_customer import CustomerNameOfInvoice
from counterfoil.mirror.models.mapping import ConfirmedName, FieldMap, RoleOverride
from counterfoil.mirror.models.mirrored import Mirrored
from counterfoil.mirror.models.quarantine import QuarantinedRecord
from counterfoil.mirror.models.run import (
    BESIDE,
    Action,
    Coverage,
    Missed,
    Proposal,
    Run,
    RunKind,
    RunPage,
    RunState,
    Schedule,
    ScheduleKind,
)
from counterfoil.mirror.models.schema_requirement import SchemaRequirement
from counterfoil.mirror.models.search_word import SearchWord
from counterfoil.mirror.models.worker_process import WorkerProcess

__all__ = [
    "BESIDE",
    "Access",
    "Action",
    "Allowance",
    "Change",
    "ConfirmedName",
    "Conflict",
    "ConflictKind",
    "Connection",
    "ContactPerson",
    "Coverage",
    "Customer",
    "CustomerNameOfInvoice",
    "Decision",
    "FieldMap",
    "Installation",
    "Invoice",
    "Mirrored",
    "Missed",
    "PendingDeletion",
    "PendingEdit",
    "PendingLogin",
    "Policy",
    "Proposal",
    "QuarantinedRecord",
    "Removal",
    "RoleGroup",
    "RoleOverride",
    "Rule",
    "Run",
    "RunKind",
    "RunPage",
    "RunState",
    "Schedule",
    "ScheduleKind",
    "SchemaRequirement",
    "SearchWord",
    "Source",
    "State",
    "Token",
    "Usage",
    "WorkerProcess",
    "Write",
    "WriteKind",
    "WriteState",
    "of_active_connection",
]
