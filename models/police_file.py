"""What a case remembers of the police: codes and days, never a number (domain §5)."""

from __future__ import annotations

from models.message import Day, Frozen
from models.vocabulary.police import PoliceDecision, PoliceStatus, RestrainingOrderKind, RestrainingOrderState


class RestrainingOrder(Frozen):
    """Restraining order, law 1988:688 (domain §5.6)."""

    state: RestrainingOrderState
    kind: RestrainingOrderKind | None = None
    until: Day | None = None


class PoliceFile(Frozen):
    """Police contact as codes; reference numbers stay in the ledger."""

    decision: PoliceDecision | None = None
    status: PoliceStatus | None = None
    has_reference: bool = False
    restraining_order: RestrainingOrder | None = None
