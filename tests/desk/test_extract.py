"""An access request is answered with all that is about the person, less what is withheld; nothing is rewritten."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import pytest

from desk import evidence, extract
from i18n import words
from models.refusal import BadInput, Refusal
from models.report import Reach
from models.stages.casework import AddEvidence, MergeReport
from models.stages.correction import Correct
from models.vocabulary.reading import ReadWhat
from models.vocabulary.records import ExtractPart, WithholdingGround
from storage import ledger, reads
from storage.tables import Via
from tests.desk.ending import Archive, one
from tests.storage.town import MARKED, NOON, note, report, triage

if TYPE_CHECKING:
    from models.case import Case

CHIEF, SV = "granvik-sakerhetschef", words("sv", strict=True)
OTHERS = "Grannen såg en cykel"


async def worked_on(archive: Archive) -> Case:
    """A case with a second report, by somebody who saw it, and a file."""
    case, _ = await archive.town.opens()
    case, _ = await archive.town.acts(case, triage())
    case, _ = await archive.town.acts(case, note(2, f"{MARKED} sover dåligt"))
    seen = await archive.town.accepts(report(what=OTHERS, for_another=True, reach=Reach(email="granne@example.org")))
    case, _ = await archive.town.acts(case, MergeReport(id="m", report=seen.report))
    piece = (await evidence.receive(archive.desk, case.ref, CHIEF, one(b"brev"), NOON)).piece
    case, _ = await archive.town.acts(case, AddEvidence(id="e", evidence=piece.id, digest=piece.digest))
    return case


def only(document: dict[str, object]) -> dict[str, Any]:
    (it,) = cast("list[dict[str, Any]]", document["cases"])
    return it


async def told(archive: Archive, ref: str, user: str = CHIEF, **options: object) -> dict[str, object]:
    given = {"withheld": {}, **options}
    found = await extract.gather(archive.desk, [ref], user, now=NOON, **given)  # type: ignore[arg-type]
    assert (await extract.paper(found, SV)).startswith(b"%PDF-")
    return found.document(SV)


async def test_the_affected_person_is_told_everything_but_what_is_about_others(archive: Archive) -> None:
    case = await worked_on(archive)
    document = await told(archive, case.ref)
    it = only(document)
    assert set(it["parts"]) == set(ExtractPart)
    assert MARKED in str(it["parts"]["report"])
    assert "sover dåligt" in str(it["parts"]["notes"])
    assert OTHERS not in str(document)
    assert "granne@" not in str(document)
    assert CHIEF not in str(document)  # by role, never by name
    assert it["parts"]["files"]["points"]
    async with archive.town.database.reading() as session:
        found = await reads.who_has_read(session, case.ref)
    assert (CHIEF, ReadWhat.ACCESS_REQUEST, Via.EXPORT) in {(one.user, one.what, one.via) for one in found}


async def test_what_is_withheld_is_not_there_and_its_ground_is(archive: Archive) -> None:
    case = await worked_on(archive)
    withheld = {ExtractPart.NOTES: WithholdingGround.OSL_21_1, ExtractPart.RISK: WithholdingGround.OSL_18_8}
    document = await told(archive, case.ref, withheld=withheld)
    it = only(document)
    assert set(it["parts"]) == set(ExtractPart) - set(withheld)
    assert "sover dåligt" not in str(document)
    assert document["withheld"] == withheld


async def test_who_reported_for_somebody_else_is_told_their_own_words_alone(archive: Archive) -> None:
    case = await worked_on(archive)
    document = await told(archive, case.ref, report=case.reports[1])
    it = only(document)
    assert set(it["parts"]) == {"report", "reach", "messages", "files"}
    assert OTHERS in str(document)
    assert MARKED not in str(document)
    with pytest.raises(Refusal, match="not_about_them"):
        await told(archive, case.ref, report="0" * 32)


async def test_who_does_not_see_the_case_answers_nothing(archive: Archive) -> None:
    case = await worked_on(archive)
    with pytest.raises(Refusal, match="unknown_case"):
        await told(archive, "9001-FV-2026-99999")
    for refs in ([], [case.ref, "9002-FV-2026-00001"]):
        with pytest.raises(BadInput, match="one organisation"):
            await extract.gather(archive.desk, refs, CHIEF, {}, NOON)


async def test_a_correction_is_told_beside_what_stood_before_and_rewrites_nothing(archive: Archive) -> None:
    case = await worked_on(archive)
    async with archive.town.database.reading() as session:
        before = await ledger.entries(session, case.ref)
    corrected = Correct(id="r", corrects=3, text=f"{MARKED} sover bra")
    case, _ = await archive.town.acts(case, corrected)
    async with archive.town.database.reading() as session:
        after = await ledger.entries(session, case.ref)
        assert after[: len(before)] == before
        assert await ledger.verify(session, case.ref) == []
    notes = str((await told(archive, case.ref))["cases"])
    assert "sover dåligt" in notes
    assert "sover bra" in notes
