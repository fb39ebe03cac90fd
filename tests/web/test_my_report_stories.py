"""My report while its case lives: written to, answered, helped, closed; and never a word of what is not for them."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select

from desk import action, intake
from i18n import label, words
from models.message import Frozen
from models.stages.dialogue import AnswerMessage, HelpAsked, MessageReceived, MessageSent
from models.stages.intake import ContactAffected, Triage
from models.vocabulary.case import Level, TriageOutcome
from models.vocabulary.incident import Wish
from models.vocabulary.own import OwnStep
from models.vocabulary.people import ConsentPurpose, Role
from models.vocabulary.support import ContactOutcome
from storage import cases, ledger, reports, tables
from tests.engine import until
from tests.i18n.codes import narrative
from tests.web.city import City, LivingCity, Visitor
from tests.web.markup import valid
from tests.web.reporter import Reporter
from tests.web.stories import ALICE, BOB, STORIES

if TYPE_CHECKING:
    import httpx2

    from models.case import Case

SV = words("sv", strict=True)
PATH = "/min-rapport"


async def code_of(city: City, ref: str) -> str:
    """The receipt code of the report a case began with: as its sender has it."""
    async with city.house.database.reading() as session:
        query = select(tables.reports.c.report).where(tables.reports.c.case == ref)
        report = (await session.execute(query)).scalar_one()
        return reports._receipt(await city.house.ring.key(session, ref), report)


class Holder:
    """Somebody with a receipt code, in front of their page."""

    def __init__(self, visitor: Visitor) -> None:
        self.visitor = visitor
        self.text = ""

    async def enter(self, code: str) -> str:
        answer = await self.visitor.post(PATH, data={"code": code})
        assert answer.status_code == 303, answer.text
        return await self.look()

    async def look(self, path: str = PATH) -> str:
        answer = await self.visitor.get(path)
        assert answer.status_code == 200
        valid(answer.text)
        self.text = answer.text
        return self.text

    def hidden(self, field: str) -> str:
        found = re.search(rf'name="{field}" value="([^"]*)"', self.text)
        assert found, field
        return found[1]

    async def post(self, deed: str, **fields: Any) -> httpx2.Response:
        ours = {"held": self.hidden("held"), "id": self.hidden("id")}
        return await self.visitor.post(f"{PATH}/{deed}", data={**ours, **fields})

    async def does(self, deed: str, **fields: Any) -> str:
        """A form is filled in and sent; what the page says then."""
        answer = await self.post(deed, **fields)
        assert answer.status_code == 303, answer.text
        return await self.look(answer.headers["location"])

    @property
    def section(self) -> str:
        """What happens now, in words."""
        return self.text.partition('id="now"')[2].partition("</section>")[0]


@asynccontextmanager
async def holder(city: City, code: str) -> AsyncIterator[Holder]:
    async with city.visitor() as visitor:
        held = Holder(visitor)
        await held.enter(code)
        yield held


async def told(city: LivingCity, **fields: str) -> Reporter:
    """Somebody reports by the page."""
    async with city.visitor() as visitor:
        reporter = await Reporter(visitor).begin()
        await reporter.press("subject", what="Någon ringde på dörren.", telephone="070-174 06 05")
        await reporter.press("send", **fields)
    # On a busy machine its case may not have begun by then; the house begins it by itself.
    await intake.start_waiting(city.house, await city.house.cases())

    async def has_begun() -> bool:
        async with city.house.database.reading() as session:
            return await cases.begins(session, reporter.case) is False

    await until(has_begun)
    return reporter


async def the_case(city: City, ref: str) -> Case:
    async with city.house.database.reading() as session:
        return await cases.load(session, city.house.ring, ref)


async def test_from_report_to_answer(living_city: LivingCity) -> None:
    reporter = await told(living_city)
    ref = reporter.case
    async with holder(living_city, reporter.code) as moa:
        assert SV("mine.nobody_read") in moa.text
        assert SV("own_promise.contact") in moa.section
        assert re.search(r"Inom .+, *</strong> senast", moa.section.replace("\n", " "))

        assert SV("mine.written") in await moa.does("skriv", text="Han var tillbaka i morse.")
        assert "Han var tillbaka i morse." in moa.text
        assert [*(await the_case(living_city, ref)).unanswered]

        async with living_city.visitor(BOB) as bob:
            assert (await bob.get(f"/arenden/{ref}")).status_code == 200
        answer = AnswerMessage(id="answer", text="Jag ringer dig kl. 10.")
        await action.act(living_city.house, ref, answer, BOB)
        await action.act(
            living_city.house, ref, Triage(id="triage", outcome=TriageOutcome.OPEN, level=Level.RAISED), BOB
        )
        await action.act(living_city.house, ref, ContactAffected(id="contact", outcome=ContactOutcome.REACHED), BOB)
        await moa.look()
        assert "Jag ringer dig kl. 10." in moa.text
        for step in (OwnStep.RECEIVED, OwnStep.READ, OwnStep.CONTACTED):
            assert label(step, SV) in moa.text
        readers = moa.text.partition('id="readers"')[2].partition("</section>")[0]
        assert label(Role.SECURITY_COORDINATOR, SV) in readers
        assert BOB not in moa.text


async def test_the_same_words_sent_twice_are_one_message_and_other_words_are_another(living_city: LivingCity) -> None:
    reporter = await told(living_city)
    async with holder(living_city, reporter.code) as moa:
        for text in ("Första.", "Första.", "Andra."):
            assert (await moa.post("skriv", text=text)).status_code == 303
        await moa.look()
        assert (moa.text.count("Första."), moa.text.count("Andra.")) == (1, 1)
        assert (await moa.post("skriv", text=" ")).status_code == 422
        assert (await moa.post("skriv", text="x" * 20_001)).status_code == 422


async def test_help_is_asked_for_and_consent_given_and_taken_back(living_city: LivingCity) -> None:
    reporter = await told(living_city)
    async with holder(living_city, reporter.code) as moa:
        assert (await moa.post("hjalp")).status_code == 422
        await moa.does("hjalp", wishes=["support", "protection"])
        assert SV("mine.asked") in moa.text
        assert f"{label(Wish.SUPPORT, SV)}, {label(Wish.PROTECTION, SV)}" in moa.text
        for purpose in ConsentPurpose:
            await moa.does("samtycke", give=purpose)
            assert (await the_case(living_city, reporter.case)).consents == {purpose}
            assert SV("mine.consents_given", number=1, of=len(ConsentPurpose)) in moa.text
            await moa.does("samtycke", withdraw=purpose)
            assert (await the_case(living_city, reporter.case)).consents == set()
        await moa.does("samtycke", give=ConsentPurpose.RELATIVES)
        late = await moa.post("samtycke", give=ConsentPurpose.RELATIVES)  # from another window
        assert late.status_code in {303, 409}


async def test_evidence_is_kept_and_named_and_what_is_too_large_keeps_no_other_away(living_city: LivingCity) -> None:
    reporter = await told(living_city)
    async with holder(living_city, reporter.code) as moa:
        held = {"held": moa.hidden("held"), "note": "Från i morse"}
        picture = ("file", ("skärmbild 1.png", b"\x89PNG\r\n\x1a\n" + b"0" * 3000))
        assert (await moa.visitor.post(f"{PATH}/bevis", data=held, files=[picture])).status_code == 303
        await moa.look(f"{PATH}?klart=bevis")
        assert SV("mine.handed_in") in moa.text
        assert "skärmbild 1.png" in moa.text
        assert label(OwnStep.EVIDENCE, SV) in moa.text
        assert len((await the_case(living_city, reporter.case)).evidence) == 1
        several = [("file", ("tom.txt", b"")), ("file", ("två.txt", b"abc"))]
        answer = await moa.visitor.post(f"{PATH}/bevis", data=held, files=several)
        valid(answer.text)
        assert answer.status_code == 422
        assert "tom.txt" in answer.text
        assert SV("mine.some_kept", number=1) in answer.text
        nothing = await moa.visitor.post(f"{PATH}/bevis", data=held, files=[("file", ("", b""))])
        assert nothing.status_code == 422


async def test_who_reported_for_somebody_else_sees_their_own_words_and_answers_alone(living_city: LivingCity) -> None:
    reporter = await told(living_city, subject="known")
    async with holder(living_city, reporter.code) as colleague:
        await action.act(
            living_city.house,
            reporter.case,
            Triage(id="triage", outcome=TriageOutcome.OPEN, level=Level.HIGH),
            ALICE,
        )
        await colleague.look()
        assert SV("mine.for_another") in colleague.text
        assert "Någon ringde på dörren." in colleague.text
        for hidden in ("mine.readers", "mine.consents", "report.help"):
            assert SV(hidden) not in colleague.text
        assert label(OwnStep.READ, SV) not in colleague.text
        await colleague.does("skriv", text="Hon heter Moa.")
        assert "Hon heter Moa." in colleague.text
        for deed, fields in (("hjalp", {"wishes": "support"}), ("samtycke", {"give": "relatives"})):
            assert (await colleague.post(deed, **fields)).status_code == 409
        assert (await the_case(living_city, reporter.case)).consents == set()


@pytest.mark.parametrize("story", [*STORIES])
async def test_in_every_kind_of_case_the_page_is_whole_and_says_nothing_that_officers_wrote(
    each_city: City, story: str
) -> None:
    ref = each_city.ref(story)
    async with holder(each_city, await code_of(each_city, ref)) as somebody:
        case = await the_case(each_city, ref)
        if case.closed:
            assert SV("mine.ended_more") in somebody.section or SV("mine.for_another") in somebody.section
        async with each_city.house.database.reading() as session:
            events = await ledger.read(session, await each_city.house.ring.key(session, ref), ref)
        secret = {text for event in events for text in written(event.data)}
        assert {text for text in secret if text in somebody.text} == set()
        others = [other for other in each_city.refs[story] if other != ref]
        assert {other for other in (*others, *(link.case for link in case.links)) if other in somebody.text} == set()


def written(fact: Frozen) -> Iterator[str]:
    """What people wrote in a fact that is no letter to or from whoever reported."""
    if isinstance(fact, MessageReceived | MessageSent | HelpAsked):
        return
    plain = json.loads(fact.model_dump_json())
    for name in narrative(type(fact)):
        if isinstance(plain.get(name), str):
            yield plain[name]


async def test_a_code_opens_its_own_case_and_no_other(each_city: City) -> None:
    mine, other = each_city.ref("support"), each_city.ref("police")
    async with holder(each_city, await code_of(each_city, mine)) as somebody:
        assert mine in somebody.text
        assert other not in somebody.text
        for path in (f"/arenden/{mine}", f"/arenden/{mine}/meddelanden", f"/api/v1/cases/{mine}"):
            assert (await somebody.visitor.get(path)).status_code in {303, 401}
