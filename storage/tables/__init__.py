"""All tables. Every row has its organisation; what is personal is an encrypted body; times are in UTC."""

from models.vocabulary.reading import Via
from storage.tables.accounts import (
    Method,
    OpeningKind,
    accounts,
    challenges,
    devices,
    identities,
    openings,
    passkeys,
    programs,
    recovery_codes,
    sessions,
)
from storage.tables.archives import Verdict, archives, replays
from storage.tables.cases import case_keys, cases, heads, ledger, master_keys, obligations, reports, sequences
from storage.tables.columns import Instant, metadata
from storage.tables.destruction import certificates, destruction_items, destruction_lists, holds
from storage.tables.evidence import EvidenceState, ScanState, evidence
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
from storage.tables.proof import checkpoint_stamps, checkpoints, tree_leaves
from storage.tables.reading import (
    Relation,
    TermKind,
    case_relations,
    read_heads,
    read_reviews,
    reads,
    search_terms,
)
from storage.tables.receipts import receipt_sessions

__all__ = [
    "EvidenceState",
    "Instant",
    "MessageKind",
    "MessageState",
    "Method",
    "OpeningKind",
    "OrganisationKind",
    "Relation",
    "ScanState",
    "TermKind",
    "Verdict",
    "Via",
    "absences",
    "accounts",
    "archives",
    "case_keys",
    "case_relations",
    "cases",
    "certificates",
    "challenges",
    "checkpoint_stamps",
    "checkpoints",
    "destruction_items",
    "destruction_lists",
    "devices",
    "evidence",
    "heads",
    "holds",
    "identities",
    "inbox",
    "ledger",
    "master_keys",
    "message_changes",
    "messages",
    "metadata",
    "notices",
    "obligations",
    "openings",
    "organisations",
    "passkeys",
    "pool_organisations",
    "pools",
    "programs",
    "read_heads",
    "read_reviews",
    "reads",
    "receipt_sessions",
    "recovery_codes",
    "replays",
    "reports",
    "roles",
    "routines",
    "search_terms",
    "sequences",
    "sessions",
    "tree_leaves",
    "users",
]
