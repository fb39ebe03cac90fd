"""What happened: kind, channel, purpose, actor, place, consequence (domain §2)."""

from enum import StrEnum


class IncidentKind(StrEnum):
    """Type of incident (domain §2.2)."""

    THREAT_EXPLICIT = "threat_explicit"
    THREAT_DEATH = "threat_death"
    THREAT_VEILED = "threat_veiled"
    THREAT_RELATIVE = "threat_relative"
    THREAT_PROPERTY = "threat_property"
    THREAT_MEETING = "threat_meeting"
    ABUSE = "abuse"
    PILE_ON = "pile_on"
    HATE_CRIME = "hate_crime"
    SEXUAL = "sexual"
    DEFAMATION = "defamation"
    STALKING = "stalking"
    DOXING = "doxing"
    IMAGE_MANIPULATION = "image_manipulation"
    IMPERSONATION = "impersonation"
    FALSE_ORDERS = "false_orders"
    DELIVERY = "delivery"
    VISITED_PRIVATELY = "visited_privately"
    CONTACT_FLOOD = "contact_flood"
    INTRUSION = "intrusion"
    VIOLENCE = "violence"
    VIOLENCE_SERIOUS = "violence_serious"
    DAMAGE = "damage"
    ARSON_EXPLOSIVES = "arson_explosives"
    THEFT = "theft"
    BRIBE_ATTEMPT = "bribe_attempt"
    COLLEAGUE = "colleague"
    WORRY = "worry"
    PREVENTION = "prevention"


class IncidentChannel(StrEnum):
    """The way the threat or hate came (domain §2.3)."""

    SOCIAL_MEDIA = "social_media"
    EMAIL = "email"
    TELEPHONE = "telephone"
    TEXT_MESSAGE = "text_message"
    LETTER = "letter"
    PARCEL = "parcel"
    IN_PERSON = "in_person"
    ASSEMBLY = "assembly"
    THIRD_PERSON = "third_person"
    MEDIA_COMMENT = "media_comment"
    E_SERVICE = "e_service"
    AT_HOME = "at_home"
    UNKNOWN = "unknown"


class Purpose(StrEnum):
    """Purpose as the affected person perceives it (domain §2.4)."""

    INFLUENCE_DECISION = "influence_decision"
    REVENGE_DECISION = "revenge_decision"
    SILENCE = "silence"
    FORCE_RESIGNATION = "force_resignation"
    IDEOLOGY = "ideology"
    BIAS = "bias"
    HUMILIATE = "humiliate"
    PERSONAL = "personal"
    FINANCIAL = "financial"
    UNKNOWN = "unknown"


class Matter(StrEnum):
    """The political matter behind it, a small closed list (domain §2.4)."""

    SCHOOL_CLOSURE = "school_closure"
    WIND_POWER = "wind_power"
    WILDLIFE = "wildlife"
    MIGRATION_HOUSING = "migration_housing"
    BUILDING_PERMIT = "building_permit"
    SOCIAL_SERVICES = "social_services"
    TRAFFIC = "traffic"
    CARE_HOME = "care_home"
    HOSPITAL = "hospital"
    BUDGET = "budget"
    ELECTION = "election"
    OTHER = "other"
    UNKNOWN = "unknown"


class ActorCategory(StrEnum):
    """Suspected actor as perceived; never required, never about health or belief (domain §2.5)."""

    ANGRY_CITIZEN = "angry_citizen"
    PERSISTENT_COMPLAINANT = "persistent_complainant"
    FAR_RIGHT = "far_right"
    FAR_LEFT = "far_left"
    ENVIRONMENT_ANIMAL_RIGHTS = "environment_animal_rights"
    RELIGIOUS_EXTREMIST = "religious_extremist"
    CRIMINAL_NETWORK = "criminal_network"
    CLIENT = "client"
    ELECTED_OFFICIAL = "elected_official"
    EMPLOYEE = "employee"
    ACQUAINTANCE = "acquaintance"
    FORMER_PARTNER = "former_partner"
    CAMPAIGN = "campaign"
    FOREIGN_POWER = "foreign_power"
    UNKNOWN = "unknown"


class ActorIdentity(StrEnum):
    """How far the actor is identified (domain §2.5)."""

    KNOWN = "known"
    PARTLY = "partly"
    ANONYMOUS = "anonymous"
    UNKNOWN = "unknown"


class Place(StrEnum):
    """Where it happened (domain §2.6)."""

    HOME = "home"
    PUBLIC_PLACE = "public_place"
    MUNICIPAL_BUILDING = "municipal_building"
    ASSEMBLY = "assembly"
    PARTY_OFFICE = "party_office"
    CIVIL_WORKPLACE = "civil_workplace"
    TRAVEL = "travel"
    CAMPAIGN = "campaign"
    ONLINE = "online"
    OTHER = "other"
    UNKNOWN = "unknown"


class Consequence(StrEnum):
    """What it led to; asked at intake and at every follow-up (domain §2.7)."""

    FEAR = "fear"
    HEALTH = "health"
    SELF_CENSORSHIP = "self_censorship"
    CHANGED_DECISION = "changed_decision"
    CHANGED_HABITS = "changed_habits"
    AVOIDS_SOCIAL_MEDIA = "avoids_social_media"
    CONSIDERS_LEAVING = "considers_leaving"
    LEFT_ASSIGNMENT = "left_assignment"
    RELATIVES_AFFECTED = "relatives_affected"
    INJURY = "injury"
    PROPERTY_DAMAGE = "property_damage"
    FINANCIAL = "financial"
    NONE = "none"
    UNKNOWN = "unknown"


class Assignment(StrEnum):
    """The affected person's assignment (domain §1.1). One person may hold many."""

    COUNCIL_MEMBER = "council_member"
    COUNCIL_SUBSTITUTE = "council_substitute"
    COUNCIL_PRESIDIUM = "council_presidium"
    BOARD_MEMBER = "board_member"
    BOARD_CHAIR = "board_chair"
    MUNICIPAL_COMMISSIONER = "municipal_commissioner"
    OPPOSITION_COMMISSIONER = "opposition_commissioner"
    COMMITTEE_MEMBER = "committee_member"
    COMMITTEE_SUBSTITUTE = "committee_substitute"
    COMMITTEE_CHAIR = "committee_chair"
    DRAFTING_COMMITTEE = "drafting_committee"
    REGIONAL_COUNCIL_MEMBER = "regional_council_member"
    REGIONAL_COUNCIL_SUBSTITUTE = "regional_council_substitute"
    REGIONAL_COUNCIL_PRESIDIUM = "regional_council_presidium"
    REGIONAL_BOARD_MEMBER = "regional_board_member"
    REGIONAL_BOARD_CHAIR = "regional_board_chair"
    REGIONAL_COMMISSIONER = "regional_commissioner"
    AUDITOR = "auditor"
    GROUP_LEADER = "group_leader"
    CANDIDATE = "candidate"
    JOINT_AUTHORITY = "joint_authority"
    UNKNOWN = "unknown"


class Wish(StrEnum):
    """What help the reporter wants (domain §4.3)."""

    REGISTER_ONLY = "register_only"
    ADVICE = "advice"
    SUPPORT = "support"
    POLICE = "police"
    PROTECTION = "protection"
    UNKNOWN = "unknown"


class Crime(StrEnum):
    """Possible classification as a help to the police report, never a finding (domain §2.10)."""

    UNLAWFUL_THREAT = "unlawful_threat"
    UNLAWFUL_COERCION = "unlawful_coercion"
    UNLAWFUL_PERSECUTION = "unlawful_persecution"
    MOLESTATION = "molestation"
    HOME_INTRUSION = "home_intrusion"
    UNLAWFUL_INTRUSION = "unlawful_intrusion"
    IDENTITY_MISUSE = "identity_misuse"
    PRIVACY_VIOLATION = "privacy_violation"
    DATA_INTRUSION = "data_intrusion"
    ASSAULT = "assault"
    DEFAMATION = "defamation"
    INSULT = "insult"
    DAMAGE = "damage"
    ARSON = "arson"
    PUBLIC_DESTRUCTION = "public_destruction"
    GROUP_AGITATION = "group_agitation"
    FALSE_ALARM = "false_alarm"
    VIOLENCE_OFFICIAL = "violence_official"
    ASSAULT_OFFICIAL = "assault_official"
    INSULT_OFFICIAL = "insult_official"
    INTERFERENCE_JUDICIAL = "interference_judicial"
    CIVIL_LIBERTY = "civil_liberty"
    ELECTION_INTERFERENCE = "election_interference"
    EXTORTION = "extortion"
    BRIBERY = "bribery"
    SEXUAL_MOLESTATION = "sexual_molestation"
    RESTRAINING_ORDER_BREACH = "restraining_order_breach"
