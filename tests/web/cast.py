"""Who is at work in the city, and why they are in the tests."""

ALICE = "granvik-sakerhetschef"
"""Head of security: answers for all incidents in Granvik in the end."""
BOB = "granvik-samordnare"
"""Security coordinator: handles most of the cases below."""
KAJ = "granvik-handlaggare"
"""Another coordinator: sees them, and handles none of Bob's."""
PIM = "granvik-ersattare"
"""Deputy of the head of security: sees what Alice must keep out of."""
DAG = "granvik-tib"
"""Duty officer: whole cases only while they are acute."""
MALTE = "granvik-direktor"
"""Chief executive: headlines, and the second person at high levels."""
CLEO = "granvik-kanslichef"
"""Head of the chancellery: preventive cases whole, incidents as headlines."""
RUT = "granvik-registrator"
"""Registrar: headlines."""
SAM = "granvik-systemforvaltare"
"""System administrator: users and keys, no case at all."""
DISA = "granvik-dataskydd"
"""Data-protection officer: no case, but who looked at them."""
REV = "granvik-revisor"
"""Auditor."""
CHARLIE = "nordmyra-sakerhetschef"
"""Head of security of the neighbour: must see nothing of Granvik."""
FREJA = "vasterlund-samordnare"
"""Coordinator of the region: is offered one of Granvik's cases."""
INES = "granvik-informationssakerhet"
"""Information security: no case, but the keys; may break the glass."""
EXTRA = [
    {"code": INES, "name": "Ines Tallvik", "roles": ["information_security"]},
    {"code": "granvik-partisakerhet", "name": "Per Ekdunge", "roles": ["party_security"]},
    {"code": "granvik-utbildning", "name": "Ulla Sjövall", "roles": ["training_lead"]},
    {"code": "granvik-skr", "name": "Stina Kvarnmo", "roles": ["skr_sounding_board"]},
]
"""For roles that nobody in the fictitious Granvik holds."""
CAST = (ALICE, BOB, KAJ, PIM, DAG, MALTE, CLEO, RUT, SAM, DISA, REV, INES, CHARLIE, FREJA)
