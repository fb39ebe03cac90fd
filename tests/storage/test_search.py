"""Search finds what somebody may see, and knows nothing without the key."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from sqlalchemy import func, select

from models.case import Case
from models.message import Actor
from models.refusal import Refusal
from models.stages.casework import BlockRole, MergeReport
from models.vocabulary.case import Answer, Level
from models.vocabulary.incident import ActorCategory, IncidentKind, Matter, Purpose
from models.vocabulary.people import Role
from storage import cases, search, tables, terms
from storage.rebuild import rebuild
from tests.erasing import erase
from tests.storage.town import MARKED, NOON, Town, note, prevention, report, triage

CHIEF = Actor(id="granvik-sakerhetschef", organisation="9001", roles=frozenset({Role.SECURITY_CHIEF}))
DIRECTOR = Actor(id="kim", organisation="9001", roles=frozenset({Role.CHIEF_EXECUTIVE}))
NAMED = Actor(id="anna", organisation="9001", roles=frozenset({Role.HANDLER}))
STRANGER = Actor(id="alba", organisation="90", roles=frozenset({Role.SECURITY_CHIEF}))


@dataclass
class Asking:
    town: Town

    async def __call__(self, text: str, actor: Actor = CHIEF) -> list[str]:
        async with self.town.database.reading() as session:
            return [item.ref for item in await search.find(session, self.town.ring, [actor], text, NOON)]

    async def terms(self, case: Case) -> int:
        its = tables.search_terms.c
        async with self.town.database.reading() as session:
            counted = select(func.count()).select_from(tables.search_terms).where(its.case == case.ref)
            return int((await session.execute(counted)).scalar_one())


@pytest.fixture
def ask(town: Town) -> Asking:
    return Asking(town)


async def test_a_case_is_found_by_any_form_of_the_words_in_it_all_of_them(town: Town, ask: Asking) -> None:
    first, _ = await town.opens(report("Två män med brevlådor ropade hotelser."))
    second, _ = await town.opens(report("Ett brev låg i brevlådan."))
    await town.acts(second, note(1, "Grannen såg en röd lastbil."))
    assert await ask("brevlåda") == [second.ref, first.ref]
    assert await ask("BREVLÅDORNA hotelse") == [first.ref]
    assert await ask("lastbilar") == [second.ref]
    assert await ask("brevlådan lastbil ropade") == []
    assert await ask("och i") == []


async def test_a_case_is_found_by_its_number_and_by_a_part_of_it(town: Town, ask: Asking) -> None:
    first, _ = await town.opens()
    matter, _ = await town.opens(prevention())
    assert first.ref == "9001-FV-2026-00001"
    assert await ask("9001-FV-2026-00001") == [first.ref]
    assert await ask("fv-2026-1") == [first.ref]
    assert set(await ask("00001")) == {first.ref, matter.ref}
    assert await ask(f"2026-1 {MARKED}") == [first.ref, matter.ref]
    assert await ask("00002") == []
    assert await ask("90-FV-2026-00001") == []


async def test_a_case_is_found_by_what_happened_in_either_language_as_long_as_it_is_so(town: Town, ask: Asking) -> None:
    told = report(kinds=(IncidentKind.PILE_ON,), anonymous=True, matter=Matter.WIND_POWER)
    case, _ = await town.opens(told, presumed=Level.HIGH)
    other, _ = await town.opens(report(danger_now=True), presumed=Level.LOW)
    assert await ask("nätdrev") == [case.ref]
    assert await ask("anonym") == [case.ref]
    assert await ask("anonymt nätdrevet") == [case.ref]
    assert await ask("anonymous") == [case.ref]
    assert await ask("vindkraft") == [case.ref]
    assert await ask("hög") == [case.ref]
    await town.acts(other, triage())
    assert await ask("high") == [other.ref, case.ref]
    assert await ask("låg") == []
    async with town.database.writing() as session:
        changed = case.model_copy(
            update={"incident": case.incident.model_copy(update={"kinds": (), "anonymous": False})}
        )
        await terms.index_codes(session, town.ring, changed)
    assert await ask("nätdrev") == []
    assert await ask("anonym") == []


async def test_why_and_who_did_it_are_no_words_for_a_case(town: Town, ask: Asking) -> None:
    await town.opens(report(purposes=(Purpose.REVENGE_DECISION,), actor_category=ActorCategory.CRIMINAL_NETWORK))
    assert await ask("hämnd") == []
    assert await ask("kriminellt nätverk") == []


async def test_what_picks_out_people_is_refused_and_was_never_indexed(town: Town, ask: Asking) -> None:
    case, _ = await town.opens(report("De skrek muslim och moderat åt honom."))
    assert await ask.terms(case) == 1 + len(
        {"skrek", "honom"} - {"honom"}
    )  # the word and the code of the matter, if any
    with pytest.raises(Refusal, match="sensitive_search"):
        await ask("muslim")


async def test_nobody_finds_what_they_may_not_see(town: Town, ask: Asking) -> None:
    case, _ = await town.opens(report("Ett brev med hot.", kinds=(IncidentKind.THREAT_DEATH,)))
    assert await ask("brev", STRANGER) == []
    assert await ask("00001", STRANGER) == []
    # A headline has no words of the story, or of what happened; its number and level are seen.
    assert await ask("brev", DIRECTOR) == []
    assert await ask("dödshot", DIRECTOR) == []
    assert await ask("00001 förhöjd", DIRECTOR) == [case.ref]
    await town.acts(case, BlockRole(id="b1", people=frozenset({DIRECTOR.id}), text="Granne."))
    assert await ask("00001", DIRECTOR) == []


async def test_a_protected_identity_is_found_by_the_named_alone(town: Town, ask: Asking) -> None:
    case, _ = await town.opens(report("Ett brev kom hem.", protected_identity=Answer.YES))
    hidden = case.model_copy(update={"named": frozenset({NAMED.id}), "handler": NAMED.id})
    async with town.database.writing() as session:
        await cases.put(session, await town.ring.key(session, case.ref), hidden, [])
    assert await ask("brev", NAMED) == [case.ref]
    assert await ask("00001", NAMED) == [case.ref]
    # The head of security may open it, but does not come across it.
    assert await ask("brev") == []
    assert await ask("00001") == []


async def test_a_merged_report_is_found_in_the_case_that_took_it(town: Town, ask: Asking) -> None:
    case, _ = await town.opens(report("En röd bil."))
    other = await town.accepts(report("En blå lastbil."))
    await town.acts(case, MergeReport(id="m1", report=other.report))
    assert await ask("lastbilar") == [case.ref]


async def test_an_erased_case_leaves_nothing_to_find_and_a_rebuilt_one_is_found_again(town: Town, ask: Asking) -> None:
    kept, _ = await town.opens(report("En röd bil."))
    await town.acts(kept, note(1, "Grannen såg en lastbil."))
    erased, _ = await town.opens(report("En blå bil."))
    before = await ask.terms(kept)
    await erase(town.database, town.ring, erased.ref, NOON)
    async with town.database.writing() as session:
        await session.execute(tables.search_terms.delete().where(tables.search_terms.c.case == kept.ref))
    assert await ask.terms(erased) == 0
    assert await ask("bil") == []
    await rebuild(town.database, town.ring)
    assert await ask.terms(kept) == before
    assert await ask("bilar") == [kept.ref]
    assert await ask("lastbil") == [kept.ref]


async def test_the_index_says_nothing_without_the_key(town: Town) -> None:
    await town.opens(report("Ett brev kom hem."))
    async with town.database.reading() as session:
        key = await town.ring.key(session, "org:9001")
        stored = set((await session.execute(select(tables.search_terms.c.term))).scalars())
    assert terms.hash_of(key, terms.stem("brev")) in stored
    assert all(len(term) == 32 and int(term, 16) >= 0 for term in stored)
