"""Hand-over to another organisation: offered, accepted or given back; both keep their own record (domain §4.5)."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal

from models.case import Case, HandOver
from models.message import Command, Fact, OrganisationCode, Text
from models.refusal import Refusal
from models.vocabulary.people import ConsentPurpose, SharingGround

if TYPE_CHECKING:
    from collections.abc import Sequence

    from models.context import Context
    from models.events import Event


class HandOverCase(Command):
    """Offer the case to another organisation, with consent or on another ground that breaks secrecy (domain §8.2)."""

    type: Literal["hand_over"] = "hand_over"
    brings: ClassVar = ("handed_over",)
    to: OrganisationCode
    ground: SharingGround
    text: Text

    def decide(self, case: Case, context: Context) -> Sequence[Fact]:
        if self.to == case.organisation:
            raise Refusal("own_organisation", "to")
        if not self.possible(case, context):
            raise Refusal("already_handed_over", "to")
        if self.ground is SharingGround.CONSENT and ConsentPurpose.HAND_OVER not in case.consents:
            raise Refusal("consent_required", "ground", purpose=ConsentPurpose.HAND_OVER)
        return [HandedOver(to=self.to, ground=self.ground, text=self.text)]

    @classmethod
    def possible(cls, case: Case, context: Context) -> bool:
        return case.hand_over is None


class HandedOver(Fact):
    """The case was offered; it stays here until somebody there accepts it."""

    type: Literal["handed_over"] = "handed_over"
    to: OrganisationCode
    ground: SharingGround
    text: Text | None = None

    def effect(self, case: Case, event: Event) -> dict[str, object]:
        return {"hand_over": HandOver(to=self.to, offered=event.at, ground=self.ground)}


class AcceptHandOver(Command):
    """The receiving organisation takes the case, or declines it with a reason."""

    type: Literal["accept_handover"] = "accept_handover"
    brings: ClassVar = ("handover_accepted", "handover_answered")
    accepted: bool = True
    text: Text | None = None

    def decide(self, case: Case, context: Context) -> Sequence[Fact]:
        if case.hand_over is None or case.hand_over.accepted is not None:
            raise Refusal("no_hand_over", "type")
        if context.actor.organisation != case.hand_over.to:
            raise Refusal("not_the_receiver", "actor")
        if self.accepted:
            return [HandOverAccepted(text=self.text)]
        if self.text is None:
            raise Refusal("reason_required", "text")
        return [HandOverReturned(declined=True, text=self.text)]

    @classmethod
    def possible(cls, case: Case, context: Context) -> bool:
        offer = case.hand_over
        return offer is not None and offer.accepted is None and offer.to == context.actor.organisation


class HandOverAccepted(Fact):
    """The other organisation has it; what is left here is to follow up and close."""

    type: Literal["handover_accepted"] = "handover_accepted"
    also: ClassVar = ("handover_answered",)
    text: Text | None = None

    def moments(self) -> tuple[str, ...]:
        return ("handover_accepted", "handover_answered")

    def effect(self, case: Case, event: Event) -> dict[str, object]:
        offer = case.hand_over
        return {"hand_over": offer.model_copy(update={"accepted": event.at})} if offer else {}


class HandOverReturned(Fact):
    """Declined, or not answered in time: the case is wholly ours again."""

    type: Literal["handover_returned"] = "handover_returned"
    also: ClassVar = ("handover_answered",)
    declined: bool
    text: Text | None = None

    def moments(self) -> tuple[str, ...]:
        return ("handover_returned", "handover_answered")

    def effect(self, case: Case, event: Event) -> dict[str, object]:
        return {"hand_over": None}
