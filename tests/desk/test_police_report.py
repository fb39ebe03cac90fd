"""The draft of a police report: what is known stands there, what is private does not, and the rest is a blank."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from desk import evidence, look, police_report
from desk.evidence import Label
from i18n import words
from models.case import Case
from models.refusal import Refusal
from models.report import Reach, Report
from models.stages.casework import AddEvidence
from models.stages.police import RecordPolice
from models.stages.risk import AddIncident
from models.vocabulary.case import Answer
from models.vocabulary.incident import (
    ActorCategory,
    Assignment,
    Consequence,
    Crime,
    IncidentChannel,
    IncidentKind,
    Matter,
    Place,
)
from models.vocabulary.police import PoliceDecision
from operate.house import House
from storage import people
from storage.database import Database
from storage.keys import KeyRing
from tests.desk.files import PNG, REPORTER, coming
from tests.desk.test_paper import text_of
from tests.operate.queued import house
from tests.storage.town import DIRECTORY, NOON, Town, found, report, triage

SV, EN = words("sv", strict=True), words("en", strict=True)
CHIEF, PRESS = "granvik-sakerhetschef", "granvik-press"
BLANK = SV("paper.blank")
SAID = "«Jag vet var du bor, Åsa. Vi ses på Ängsvägen.»\nUndertecknat med 🔪."
TOLD: dict[str, Any] = {
    "what": SAID,
    "reach": Reach(name="Åsa Öberg-Lind", telephone="070-174 06 05", email="asa.hemma@example.org"),
    "occurred_from": NOON - timedelta(hours=5),
    "kinds": (IncidentKind.THREAT_EXPLICIT,),
    "channels": (IncidentChannel.LETTER,),
    "places": (Place.HOME,),
    "matter": Matter.WIND_POWER,
    "assignments": (Assignment.BOARD_MEMBER,),
    "actor_category": ActorCategory.ANGRY_CITIZEN,
    "consequences": (Consequence.FEAR,),
    "first_time": Answer.NO,
    "relatives_affected": Answer.YES,
}


@pytest.fixture
async def town(database: Database, ring: KeyRing) -> Town:
    """Granvik, with a telephone at work, and somebody who sees no more than headlines."""
    town = await found(database, ring)
    granvik = dict(DIRECTORY["organisations"][0])  # type: ignore[index]
    known = [
        {
            "code": CHIEF,
            "name": "Siv Kvastskaft",
            "roles": ["security_chief"],
            "email": "siv@granvik.example",
            "telephone": "0000-11 22 33",
        },
        {"code": PRESS, "name": "Pia", "roles": ["communicator"]},
    ]
    async with database.writing() as session:
        await people.load(session, ring, {"organisations": [granvik | {"people": known}]})
    return town


@pytest.fixture
def shut(town: Town, tmp_path: Path) -> House:
    return house(town, tmp_path)


async def worked_on(town: Town, told: Report) -> Case:
    """A case that has come as far as to the police."""
    case, _ = await town.opens(told)
    case, _ = await town.acts(case, triage())
    case, _ = await town.acts(
        case, AddIncident(id="c2", text="Åsa fick ett brev till.", at=NOON + timedelta(minutes=1))
    )
    case, _ = await town.acts(case, AddEvidence(id="c3", evidence="kuvert", digest="7e" * 32, text="Kuvertet"))
    decided = RecordPolice(
        id="c4",
        decision=PoliceDecision.ALREADY_REPORTED,
        reference="5000-K123-26",
        crimes=(Crime.UNLAWFUL_THREAT,),
        access_protection_requested=True,
    )
    case, _ = await town.acts(case, decided)
    return case.model_copy(update={"handler": CHIEF})


async def drafted(shut: House, ref: str, language: str = "sv", user: str = CHIEF) -> str:
    """The draft's text, in one line."""
    document = await police_report.draft(shut, ref, user, words(language, strict=True), NOON + timedelta(days=1))
    return re.sub(r"\s+", " ", text_of(document))


async def test_what_is_known_stands_there_and_what_is_not_is_a_blank(town: Town, shut: House) -> None:
    case = await worked_on(town, report(**TOLD))
    handed = await evidence.receive(
        shut, case.ref, CHIEF, coming(PNG), NOON + timedelta(hours=1), Label("brev.png", "Låg i lådan")
    )
    text = await drafted(shut, case.ref)
    for known in (
        f"Underlag för polisanmälan, ärende {case.ref}",
        "Granviks kommun",
        "Vi begär åtkomstskydd",
        "Namn: Åsa Öberg-Lind",
        "Ledamot i kommunstyrelsen",
        "«Jag vet var du bor, Åsa. Vi ses på Ängsvägen.» Undertecknat med [hocho].",
        "Åsa fick ett brev till.",
        "5000-K123-26",
        SV.code("crime", Crime.UNLAWFUL_THREAT),
        SV.code("incident_channel", IncidentChannel.LETTER),
        SV.code("actor_category", ActorCategory.ANGRY_CITIZEN),
        SV.code("consequence", Consequence.FEAR),
        "brev.png",
        "Låg i lådan",
        handed.piece.digest,
        "Kuvertet",
        "7e" * 32,
        SV("police_report.because"),
        "29 kap. 2 § brottsbalken",
        *(SV(f"police_report.request_{what}") for what in ("access", "unit", "safety", "order", "information")),
        SV("police_report.not_on_the_web"),
    ):
        assert re.sub(r"\s+", " ", known) in text, known
    for blank in ("witnesses", "actor_known_how", "work_address", "damage", "impact", "signature"):
        assert f"{SV(f'police_report.{blank}')}: {BLANK}" in text, blank
    for private in ("070-174 06 05", "asa.hemma@example.org"):
        assert private not in text


async def test_the_handler_is_who_the_police_call(town: Town, shut: House) -> None:
    case = await worked_on(town, report(**TOLD))
    assert f"{SV('police_report.work_telephone')}: {BLANK}" in await drafted(shut, case.ref)
    gathered = await police_report.gather(shut, case.ref, CHIEF, NOON)
    async with town.database.reading() as session:
        handler = await people.contact(session, town.ring, CHIEF)
    assert gathered.handler is None  # nobody has the case yet
    shown = text_of(police_report.render(replace(gathered, handler=handler), SV))
    for known in ("Siv Kvastskaft", "0000-11 22 33", "siv@granvik.example"):
        assert known in shown


async def test_with_a_protected_identity_nothing_names_the_person_or_leads_there(town: Town, shut: House) -> None:
    case = await worked_on(town, report(**TOLD | {"protected_identity": Answer.YES}))
    await evidence.receive(shut, case.ref, REPORTER, coming(PNG), NOON + timedelta(hours=1), Label("till åsa.png"))
    text = await drafted(shut, case.ref)
    for private in ("Åsa", "åsa", "Öberg", "Lind", "070-174", "asa.hemma"):
        assert private not in text, private
    assert "«Jag vet var du bor, […]. Vi ses" in text
    assert "till […].png" in text
    assert text.count("SKYDDADE PERSONUPPGIFTER") >= 2  # on every page
    for said in ("protected", "affected_protected", "not_on_the_web", "said_hidden"):
        assert SV(f"police_report.{said}") in text, said
    assert f"{SV('police_report.work_address')}:" not in text


async def test_little_known_is_a_draft_all_the_same(town: Town, shut: House) -> None:
    case, _ = await town.opens(report("Någon ropade.", for_another=True))
    text = await drafted(shut, case.ref)
    assert SV("police_report.teller_other") in text
    assert "Kvastskaft@" not in text
    for said in ("no_evidence", "nothing_before"):
        assert SV(f"police_report.{said}") in text
    assert text.count(BLANK) > 20


async def test_a_drill_says_that_it_is_one(town: Town, shut: House) -> None:
    case, _ = await town.opens()
    gathered = await police_report.gather(shut, case.ref, CHIEF, NOON)
    drill = replace(gathered, case=gathered.case.model_copy(update={"drill": True}))
    assert SV("police_report.drill") in text_of(police_report.render(drill, SV))


async def test_it_can_be_had_in_english(town: Town, shut: House) -> None:
    case = await worked_on(town, report(**TOLD))
    text = await drafted(shut, case.ref, "en")
    assert EN("police_report.because") in text
    assert EN.code("crime", Crime.UNLAWFUL_THREAT) in text


async def test_that_it_was_read_is_kept_and_only_those_who_see_the_whole_case_get_it(town: Town, shut: House) -> None:
    case, _ = await town.opens()
    await drafted(shut, case.ref)
    read = [one.what for one in await look.readers(shut, case.ref, None) if one.user == CHIEF]
    assert "police_report" in read
    for nobody in (PRESS, "granvik-ingen"):
        with pytest.raises((Refusal, people.UnknownUser)):
            await drafted(shut, case.ref, user=nobody)
