"""The messenger: what happens to messages outside the cases is told to them, and what waits is sent."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import structlog

from activities.outcomes import outcome_of
from models.refusal import Refusal
from models.stages.deadlines import Acknowledge
from models.vocabulary.case import Urgency
from storage import messages, notices, people, routines
from storage.tables import MessageKind, MessageState
from storage.tables import messages as table
from workflows.client import EngineOutOfReach

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from sqlalchemy.ext.asyncio import AsyncSession

    from activities.postman import Postman
    from operate.house import House
    from storage.messages import Sending
    from storage.notices import Outcome
    from workflows.client import Cases

log = structlog.get_logger()

ROUND = 1.0
"""Seconds between two looks."""
DEAF = timedelta(minutes=1)
"""How long a case that did not answer is left alone."""
AT_ONCE = 200
"""Messages told of in one round."""


async def run_messenger(house: House, cases: Cases, postman: Postman) -> None:
    """Until cancelled: send what waits, tell the cases what happened; neither waits for the other or a channel."""
    deaf: dict[str, datetime] = {}
    async with asyncio.TaskGroup() as both:
        both.create_task(_again_and_again("sending", lambda: postman.begin(datetime.now(UTC))))
        both.create_task(
            _again_and_again("telling", lambda: tell_cases(house, cases, postman, datetime.now(UTC), deaf))
        )


async def _again_and_again(what: str, step: Callable[[], Awaitable[object]]) -> None:
    while True:
        try:
            await step()
        except Exception as error:  # noqa: BLE001 - whatever went wrong, the next round must come
            log.warning("a round failed, will try again", round=what, error=type(error).__name__)
        await asyncio.sleep(ROUND)


async def tell_cases(
    house: House, cases: Cases, postman: Postman, now: datetime, deaf: dict[str, datetime] | None = None
) -> int:
    """Tell each case what became of its notices and who accepted; how many cases that was.

    What was told is marked only afterwards: told twice, it is heard once.

    :param deaf: until when cases that did not answer are left alone, so that they keep no other waiting; kept here.
    """
    deaf = {} if deaf is None else deaf
    for case in [case for case, until in deaf.items() if until <= now]:
        del deaf[case]
    hearing = table.c.case.is_(None) | table.c.case.not_in(list(deaf))
    async with house.database.reading() as session:
        changed = await messages.select_where(session, table.c.untold, hearing, limit=AT_ONCE)
    for one in changed:
        if one.state is MessageState.BOUNCED:
            await postman.try_elsewhere(one, now)
    async with house.database.reading() as session:
        duties = [one.id for one in changed if one.kind is not MessageKind.INVITATION]
        carried = await notices.carried_by(session, duties)
        ids = {row.notice for row in carried} | await notices.waiting_too_long(session, now)
        news = [one for one in await notices.outcomes(session, ids, now) if one.row.case not in deaf]
    refs = sorted({one.row.case for one in news} | {one.case for one in changed if one.case})
    by_case = (
        _tell(house, cases, case, [n for n in news if n.row.case == case], [m for m in changed if m.case == case])
        for case in refs
    )
    heard = dict(zip(refs, await asyncio.gather(*by_case), strict=True))
    deaf |= {case: now + DEAF for case, did in heard.items() if not did}
    # A digest is about many cases: it is told once all of them have heard.
    waiting = {row.message for row in carried if row.case in deaf}
    if of_many := [one for one in changed if one.case is None and one.id not in waiting]:
        async with house.database.writing() as session:
            await messages.told(session, of_many)
    return sum(heard.values())


async def _tell(house: House, cases: Cases, case: str, news: Sequence[Outcome], changed: Sequence[Sending]) -> bool:
    """Tell one case; False if it cannot hear now, whatever is wrong with it."""
    try:
        if news:
            await cases.hear(case, [outcome_of(one) for one in news])
        for one in changed:
            if one.state is MessageState.ACCEPTED:
                await _accept(house, cases, one)
        async with house.database.writing() as session:
            await notices.mark_told(session, news)
            await messages.told(session, changed)
    except EngineOutOfReach:
        return False
    except Exception as error:  # noqa: BLE001 - one case that cannot be told keeps no other from hearing
        log.warning("a case could not be told, will try again", case=case, error=type(error).__name__)
        return False
    return True


async def _accept(house: House, cases: Cases, sending: Sending) -> None:
    """Take the alarm in the name of whoever accepted it. What a rule refuses stays what it is: a message accepted."""
    try:
        async with house.database.reading() as session:
            if not await _is_alarm(session, sending):
                return
            actor = await people.actor(session, sending.recipient, sending.organisation, sending.changed)
        await cases.act(sending.case or "", Acknowledge(id=f"accept:{sending.id}"), actor)
    except (Refusal, people.UnknownUser) as refusal:
        log.info("acceptance without effect", case=sending.case, refusal=getattr(refusal, "code", "unknown_user"))


async def _is_alarm(session: AsyncSession, sending: Sending) -> bool:
    """Whether it asked to take the alarm: whoever sees to something else has not, however urgent it is."""
    if sending.urgency is Urgency.PAGE:
        return True
    for row in await notices.carried_by(session, [sending.id]):
        rule = (await routines.by_digest(session, row.routine)).obligations.get(row.about) if row.routine else None
        if rule is not None and rule.is_alarm:
            return True
    return False
