"""What gateways report: what became of a text message, and what people answer to it.

What is taken is answered without a body: some gateways send one on to whoever wrote.
"""

from __future__ import annotations

import contextlib
import hmac
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any, Literal, TypeVar
from urllib.parse import parse_qsl

from fastapi import APIRouter, HTTPException, Request, Response
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from models.acceptance import codes_in
from models.refusal import BadInput
from storage import answers, messages, tables
from storage.tables import MessageState
from web.guesses import Guesses

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncSession

    from storage.database import Database
    from storage.keys import KeyRing

WRONG_CODES = 10
"""A minute and sender: a code has six signs, and is guessed once in seven hundred million."""
SOON = 10
"""Seconds after which a gateway may report again of a message whose mark was not written down when it did."""
_UNDERWAY = (tables.messages.c.channel == "sms", tables.messages.c.state == MessageState.SENDING)

Mark = Annotated[str, Field(pattern=r"^[\x21-\x7e]{1,200}$")]
T = TypeVar("T", bound=BaseModel)


class _Said(BaseModel):
    # What a gateway adds beside is its own affair; what it said is never repeated in an error.
    model_config = ConfigDict(extra="ignore", hide_input_in_errors=True)


class Receipt(_Said):
    """46elks, as a form, and the generic gateway, as JSON. `id` is the gateway's mark, or ours."""

    id: Mark
    status: Literal["sent", "delivered", "failed"]

    def news(self) -> list[tuple[str, MessageState]]:
        """What is new: that it was sent we knew."""
        states = {"delivered": MessageState.DELIVERED, "failed": MessageState.BOUNCED}
        return [(self.id, states[self.status])] if self.status in states else []


class _Delivery(_Said):
    deliveryId: Mark | None = None  # noqa: N815 - Sundsvall's name
    status: Literal[
        "PENDING",
        "AWAITING_FEEDBACK",
        "SENT",
        "NOT_SENT",
        "FAILED",
        "NO_CONTACT_SETTINGS_FOUND",
        "NO_CONTACT_WANTED",
    ]


class MessageResult(_Said):
    """Sundsvall's messaging, as it answers a question for a message's status: it knows failure, but not arrival."""

    messageId: Mark  # noqa: N815 - Sundsvall's name
    deliveries: Annotated[list[_Delivery], Field(max_length=100)]

    def news(self) -> list[tuple[str, MessageState]]:
        """What is new: a message failed if each of its deliveries did."""
        going = {"PENDING", "AWAITING_FEEDBACK", "SENT"}
        if not self.deliveries or any(one.status in going for one in self.deliveries):
            return []
        marks = [self.messageId, *(one.deliveryId for one in self.deliveries if one.deliveryId)]
        return [(mark, MessageState.BOUNCED) for mark in marks]


class Reply(_Said):
    """A text message from somebody."""

    sender: Annotated[str, Field(alias="from", min_length=1, max_length=50)]
    message: Annotated[str, Field(max_length=5000)]


RECEIPTS: dict[str, type[Receipt | MessageResult]] = {"46elks": Receipt, "http": Receipt, "sundsvall": MessageResult}
"""By gateway, as in the setting `VARNA_SMS_GATEWAY`."""
REPLIES = ("46elks", "http")


def answers_to_gateways(database: Database, ring: KeyRing, secret: str) -> APIRouter:
    """`/receipts/{gateway}/{secret}` and `/replies/{gateway}/{secret}`."""
    router = APIRouter()
    guesses = Guesses(WRONG_CODES)

    def admit(given: str, *, known: bool) -> None:
        right = bool(secret) and hmac.compare_digest(given.encode(), secret.encode())
        if not (right and known):
            raise HTTPException(404)

    @router.post("/receipts/{gateway}/{given}")
    async def receipt(request: Request, gateway: str, given: str) -> Response:
        admit(given, known=gateway in RECEIPTS)
        said = _read(RECEIPTS[gateway], gateway, await request.body())
        if news := said.news():
            async with database.writing() as session:
                # Asked first: what is sent while we look has its mark by then.
                underway = await messages.select_where(session, *_UNDERWAY, limit=1)
                known = [await _record(session, mark, state) for mark, state in news]
            if underway and not any(known):
                return Response(status_code=409, headers={"Retry-After": str(SOON)})
        return Response(status_code=202)

    @router.post("/replies/{gateway}/{given}")
    async def reply(request: Request, gateway: str, given: str) -> Response:
        admit(given, known=gateway in REPLIES)
        said = _read(Reply, gateway, await request.body())
        if guesses.too_many(said.sender):
            raise HTTPException(429)
        async with database.writing() as session:
            if not await _take(session, ring, said.message, datetime.now(UTC)):
                guesses.wrong(said.sender)
        return Response(status_code=202)

    return router


async def _take(session: AsyncSession, ring: KeyRing, text: str, now: datetime) -> bool:
    """Accept the message whose code stands in the text; False if there is none.

    Ordinary words can look like codes: what is no code of ours is passed over.
    """
    for code in codes_in(text):
        try:
            sending = await messages.by_code(session, code, now)
        except messages.UnknownMessage:
            continue
        with contextlib.suppress(answers.NotTheirs):
            await answers.take(session, ring, sending, now, "reply")
        return True
    return False


async def _record(session: AsyncSession, mark: str, state: MessageState) -> bool:
    """Write down what became of a message; one we do not know changes nothing, and is False."""
    reason = "bounced" if state is MessageState.BOUNCED else None
    try:
        sending = await messages.by_reference(session, "sms", mark)
    except messages.UnknownMessage:
        try:
            sending = await messages.get(session, mark)
        except messages.UnknownMessage:
            return False
    await messages.mark(session, sending.id, state, datetime.now(UTC), reason)
    return True


def _read(kind: type[T], gateway: str, body: bytes) -> T:
    """What a gateway said, in its own form: 46elks posts forms, the others JSON; raises `BadInput` naming the field."""
    try:
        if gateway != "46elks":
            return kind.model_validate_json(body)
        given: dict[str, Any] = dict(parse_qsl(body.decode(errors="replace"), keep_blank_values=True))
        return kind.model_validate(given)
    except ValidationError as error:
        raise BadInput.from_validation(error) from None
