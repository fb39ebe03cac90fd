"""Consents of the affected person: what may be told to whom (domain §1.4, §6.1)."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal

from models.message import Command, Fact, Text
from models.refusal import Refusal
from models.stages.handover import HandOverReturned
from models.vocabulary.people import ConsentPurpose, SharingGround

if TYPE_CHECKING:
    from collections.abc import Sequence

    from models.case import Case
    from models.context import Context
    from models.events import Event


class GiveConsent(Command):
    """The affected person agrees to something being told (domain §1.4 column C)."""

    type: Literal["give_consent"] = "give_consent"
    brings: ClassVar = ("consent_given",)
    backdates: ClassVar = True
    purpose: ConsentPurpose
    text: Text | None = None

    def decide(self, case: Case, context: Context) -> Sequence[Fact]:
        if self.purpose in case.consents:
            raise Refusal("consent_given", "purpose", purpose=self.purpose)
        return [ConsentGiven(purpose=self.purpose, text=self.text)]

    @classmethod
    def possible(cls, case: Case, context: Context) -> bool:
        return not case.consents.issuperset(ConsentPurpose)


class ConsentGiven(Fact):
    """Consent was given."""

    type: Literal["consent_given"] = "consent_given"
    purpose: ConsentPurpose
    text: Text | None = None

    def effect(self, case: Case, event: Event) -> dict[str, object]:
        return {"consents": case.consents | {self.purpose}}


class WithdrawConsent(Command):
    """The affected person takes a consent back; it holds from now on. Allowed after closure too."""

    type: Literal["withdraw_consent"] = "withdraw_consent"
    brings: ClassVar = ("consent_withdrawn",)
    after_close: ClassVar = True
    purpose: ConsentPurpose
    text: Text | None = None

    def decide(self, case: Case, context: Context) -> Sequence[Fact]:
        if self.purpose not in case.consents:
            raise Refusal("no_consent", "purpose", purpose=self.purpose)
        withdrawn = ConsentWithdrawn(purpose=self.purpose, text=self.text)
        offer = case.hand_over if self.purpose is ConsentPurpose.HAND_OVER else None
        rests_on_it = offer and offer.accepted is None and offer.ground is SharingGround.CONSENT
        return [withdrawn, HandOverReturned(declined=False)] if rests_on_it else [withdrawn]

    @classmethod
    def possible(cls, case: Case, context: Context) -> bool:
        return bool(case.consents)


class ConsentWithdrawn(Fact):
    """Consent was taken back."""

    type: Literal["consent_withdrawn"] = "consent_withdrawn"
    purpose: ConsentPurpose
    text: Text | None = None

    def effect(self, case: Case, event: Event) -> dict[str, object]:
        return {"consents": case.consents - {self.purpose}}
