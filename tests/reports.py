"""Reports for tests: invented people, invented places."""

from __future__ import annotations

from typing import Any

from models.report import Reach, Report
from models.vocabulary.incident import IncidentKind

GRANVIK = "9001"


def a_report(*kinds: IncidentKind, **fields: Any) -> Report:
    """A report to Granvik that is complete but for what the test is about."""
    given = {"organisation": GRANVIK, "what": "Någon ringde och lade på.", "reach": Reach(telephone="070-174 06 05")}
    return Report(**{**given, "kinds": kinds or (IncidentKind.ABUSE,), **fields})
