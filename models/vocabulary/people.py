"""Who: roles in the process and in the access rules (domain §1.2)."""

from enum import StrEnum


class Role(StrEnum):
    """A role somebody holds in an organisation or towards a case (domain §1.2)."""

    AFFECTED = "affected"
    REPORTER = "reporter"
    HANDLER = "handler"
    DEPUTY = "deputy"
    SECURITY_COORDINATOR = "security_coordinator"
    SECURITY_CHIEF = "security_chief"
    DUTY_OFFICER = "duty_officer"
    CHANCELLERY_CHIEF = "chancellery_chief"
    MUNICIPAL_CLERK = "municipal_clerk"
    CHIEF_EXECUTIVE = "chief_executive"
    BOARD_CHAIR = "board_chair"
    PRESIDIUM = "presidium"
    GROUP_LEADER = "group_leader"
    PARTY_SECURITY = "party_security"
    HR = "hr"
    OCCUPATIONAL_HEALTH = "occupational_health"
    CRISIS_GROUP = "crisis_group"
    COMMUNICATOR = "communicator"
    REGISTRAR = "registrar"
    ARCHIVIST = "archivist"
    DATA_PROTECTION_OFFICER = "data_protection_officer"
    INFORMATION_SECURITY = "information_security"
    LEGAL_COUNSEL = "legal_counsel"
    TRAINING_LEAD = "training_lead"
    AUDITOR = "auditor"
    POLICE_LOCAL = "police_local"
    VICTIM_SUPPORT = "victim_support"
    SKR_SOUNDING_BOARD = "skr_sounding_board"
    SYSTEM_ADMINISTRATOR = "system_administrator"


class ConsentPurpose(StrEnum):
    """What the affected person may agree to (domain §1.4 column C, §6.1)."""

    GROUP_LEADER = "group_leader"
    PARTY_SECURITY = "party_security"
    RELATIVES = "relatives"
    SUPPORT_PROVIDER = "support_provider"
    HAND_OVER = "hand_over"
    POLICE_CONTACT = "police_contact"


class SharingGround(StrEnum):
    """On which ground something is shared outside the case (domain §8.2)."""

    CONSENT = "consent"
    OWN_TASK = "own_task"
    LAW_ENFORCEMENT = "law_enforcement"
    GENERAL_CLAUSE = "general_clause"
    DUTY_BY_LAW = "duty_by_law"
