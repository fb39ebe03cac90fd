"""Messages as tests need them."""

from dataclasses import replace

from models.vocabulary.case import Urgency
from storage.messages import LIFE, Sending
from storage.tables import MessageKind, MessageState
from tests.storage.town import NOON


def queued(identity: str, **changes: object) -> Sending:
    """A message that waits to be sent for the first time."""
    sending = Sending(
        id=identity,
        organisation="9001",
        case="9001-FV-2026-00001",
        kind=MessageKind.NOTICE,
        recipient="granvik-sakerhetschef",
        channel="sms",
        urgency=Urgency.PAGE,
        state=MessageState.QUEUED,
        reason=None,
        queued=NOON,
        changed=NOON,
        expires=NOON + LIFE,
        attempts=0,
        next_try=NOON,
        reference=None,
        code="",
        untold=False,
    )
    return replace(sending, **changes)  # type: ignore[arg-type]
