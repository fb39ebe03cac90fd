"""All tables. Every row has its organisation; what is personal is an encrypted body; times are in UTC."""

from storage.tables.cases import case_keys, cases, heads, ledger, obligations, reports, sequences
from storage.tables.columns import Instant, metadata
from storage.tables.messages import MessageKind, MessageState, inbox, message_changes, messages, notices
from storage.tables.organisations import (
    OrganisationKind,
    absences,
    organisations,
    pool_organisations,
    pools,
    roles,
    routines,
    users,
)

__all__ = [
    "Instant",
    "MessageKind",
    "MessageState",
    "OrganisationKind",
    "absences",
    "case_keys",
    "cases",
    "heads",
    "inbox",
    "ledger",
    "message_changes",
    "messages",
    "metadata",
    "notices",
    "obligations",
    "organisations",
    "pool_organisations",
    "pools",
    "reports",
    "roles",
    "routines",
    "sequences",
    "users",
]
