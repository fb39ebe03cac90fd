"""Support and follow-up: measures, their state, outcomes of contacts (domain §6)."""

from enum import StrEnum


class MeasureKind(StrEnum):
    """Measure catalogue (domain §6.1)."""

    CONTACT_PERSON = "contact_person"
    COUNSELLING = "counselling"
    CRISIS_SUPPORT = "crisis_support"
    FAMILY_SUPPORT = "family_support"
    PEER_SUPPORT = "peer_support"
    LEGAL_SUPPORT = "legal_support"
    INJURED_PARTY_COUNSEL = "injured_party_counsel"
    SUPPORT_PERSON = "support_person"
    CRIME_COMPENSATION = "crime_compensation"
    PERSONAL_ALARM = "personal_alarm"
    HOME_ALARM = "home_alarm"
    CAMERA = "camera"
    LOCKS_LIGHTS = "locks_lights"
    GUARD = "guard"
    POLICE_PROTECTION = "police_protection"
    TEMPORARY_HOUSING = "temporary_housing"
    PROTECTED_MARKING = "protected_marking"
    PROTECTED_REGISTRATION = "protected_registration"
    HIDDEN_CONTACT_DETAILS = "hidden_contact_details"
    ONLINE_REMOVAL = "online_removal"
    COMMUNICATION_FILTER = "communication_filter"
    MEDIA_SUPPORT = "media_support"
    MEETING_PROTECTION = "meeting_protection"
    ASSIGNMENT_SUPPORT = "assignment_support"
    PARTY_CONTACT = "party_contact"
    FINANCIAL = "financial"
    SCHOOL_INFORMED = "school_informed"
    STOP_LETTER = "stop_letter"
    MEETING_FORM = "meeting_form"
    CITIZEN_DIALOGUE = "citizen_dialogue"
    FACT_PAGE = "fact_page"
    MODERATION = "moderation"
    POLICE_DIALOGUE = "police_dialogue"


class MeasureState(StrEnum):
    """How far a measure has come (domain §4.2 row 4)."""

    OFFERED = "offered"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    CARRIED_OUT = "carried_out"
    ENDED = "ended"
    STANDING = "standing"


class ContactOutcome(StrEnum):
    """Outcome of a contact or follow-up call (domain §6.3)."""

    REACHED = "reached"
    NOT_REACHED = "not_reached"
    DECLINED = "declined"
