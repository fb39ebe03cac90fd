"""One person proposes, another agrees, the key is destroyed; the chain still verifies and a certificate remains."""

from __future__ import annotations

import hashlib
import json
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select, update

from desk import destruction, erasure, holds, look
from desk.retention import candidates
from models.message import Actor
from models.refusal import BadInput, Refusal
from models.stages.casework import BlockRole
from models.stages.closure import Close, ProposeClosure, Reopen
from models.vocabulary.case import ClosureReason, Level, ReopenReason
from models.vocabulary.people import Role
from models.vocabulary.records import HoldGround, Obstacle, RetentionClass, SparingReason
from storage import cases, ledger, reports, tables
from storage import destruction as kept
from storage.database import OutOfReach
from storage.keys import KeyDestroyed, KeyRing
from storage.rebuild import rebuild
from tests.desk.ending import ARCHIVIST, DECISION, HEAD, LATER, LONG_AFTER, STRANGER, Archive
from tests.erasing import archived
from tests.storage.town import MARKED, NOON, triage

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from sqlalchemy.ext.asyncio import AsyncSession

    from models.case import Case


async def test_what_two_persons_agree_on_is_gone_and_everything_else_is_there(archive: Archive) -> None:
    desk, town = archive.desk, archive.town
    ends, stays = await archive.closes(file=b"hot"), await archive.closes(file=b"hot")
    offered = await candidates(desk, ARCHIVIST, LATER)
    assert [(one.case, one.retention.kind) for one in offered] == [
        (ref, RetentionClass.FALSE_ALARM) for ref in sorted((ends.ref, stays.ref))
    ]
    name = await archive.lists(ends.ref)
    assert [one.case for one in await candidates(desk, ARCHIVIST, LATER)] == [stays.ref]
    done = await erasure.execute(desk, ARCHIVIST, name, LATER)
    assert (done.destroyed, done.kept) == ((ends.ref,), ())

    with pytest.raises((Refusal, KeyDestroyed)):
        await look.history(desk, ends.ref, None)
    assert MARKED in str((await look.history(desk, stays.ref, None)).document())
    async with town.database.reading() as session:
        assert await ledger.verify(session, ends.ref) == []
        assert await ledger.verify(session, stays.ref) == []
        (told,) = (await session.execute(select(tables.reports).where(tables.reports.c.case == ends.ref))).all()
        with pytest.raises(KeyDestroyed):
            await reports.read(session, town.ring, told.report)
        assert told.body == b""
        for table in (tables.cases, tables.obligations, tables.notices, tables.search_terms, tables.evidence):
            column = table.c.ref if table is tables.cases else table.c.case
            assert (await session.execute(select(table).where(column == ends.ref))).all() == [], table
            if table is not tables.notices:
                assert (await session.execute(select(table).where(column == stays.ref))).all() != [], table
    assert len(await desk.vault.older(LATER + timedelta(days=9999))) == 1
    assert await rebuild(town.database, town.ring) == 1


async def test_the_certificate_says_what_was_done_and_nothing_of_what_it_was_about(archive: Archive) -> None:
    case = await archive.closes(file=b"hot")
    name = await archive.lists(case.ref)
    await erasure.execute(archive.desk, HEAD, name, LATER)
    certificate = await erasure.certificate(archive.desk, ARCHIVIST, case.ref)
    facts = certificate.facts
    people = {name: facts[name] for name in ("proposed_by", "approved_by", "executed_by", "decision")}
    assert people == {
        "proposed_by": ARCHIVIST.id,
        "approved_by": HEAD.id,
        "executed_by": HEAD.id,
        "decision": DECISION,
    }
    async with archive.town.database.reading() as session:
        head = (await ledger.entries(session, case.ref))[-1].hash
    assert facts["ledger"] == {"events": case.seq, "head": head, "findings": []}
    assert (facts["evidence"], facts["archived_runs"]) == ({"pieces": 1, "bytes": 3}, 1)
    assert hashlib.sha256(certificate.body.encode()).hexdigest() == certificate.digest
    assert MARKED not in json.dumps(certificate.document(), default=str)
    # The engine did not answer, and its master key still exists: it is told, and asked again.
    assert (certificate.evidence_gone, certificate.engine_gone, certificate.backups_gone) == (LATER, None, None)
    assert not certificate.whole
    with pytest.raises(kept.UnknownCertificate):
        await erasure.certificate(archive.desk, STRANGER, case.ref)
    assert [one.case for one in await erasure.certificates(archive.desk, ARCHIVIST)] == [case.ref]
    assert (await destruction.one_list(archive.desk, HEAD, name))[0].state == "executed"


async def test_an_open_case_is_on_no_list_and_one_that_was_reopened_is_kept(archive: Archive) -> None:
    opened, _ = await archive.town.opens()
    with pytest.raises(Refusal, match="may_not_destroy") as no:
        await destruction.propose(archive.desk, ARCHIVIST, [opened.ref], LATER)
    assert no.value.details["obstacles"] == Obstacle.OPEN
    case = await archive.closes()
    name = await archive.lists(case.ref)
    reopened = Reopen(id="r", reason=ReopenReason.NEW_INCIDENT, level=Level.LOW)
    await archive.town.acts(case, reopened)
    done = await erasure.execute(archive.desk, ARCHIVIST, name, LATER)
    assert done.kept == (erasure.Kept(case.ref, (Obstacle.OPEN,)),)
    assert await archive.state(case.ref) == "kept"


async def test_a_hold_stops_what_was_agreed_and_it_goes_on_when_the_hold_ends(archive: Archive) -> None:
    desk = archive.desk
    first, second = await archive.closes(), await archive.closes()
    name = await archive.lists(first.ref, second.ref)
    held = await holds.hold(desk, ARCHIVIST, first.ref, HoldGround.LEGAL_PROCEEDINGS, "T 12-27", LATER)
    done = await erasure.execute(desk, ARCHIVIST, name, LATER)
    assert (done.destroyed, done.kept) == ((second.ref,), (erasure.Kept(first.ref, (Obstacle.ON_HOLD,)),))
    assert (await destruction.one_list(desk, HEAD, name))[0].state == "approved"
    with pytest.raises(Refusal, match="unknown_hold"):
        await holds.release(desk, STRANGER, held, "T 12-27", LATER)
    await holds.release(desk, ARCHIVIST, held, "Dom 2027-05-04", LATER)
    assert [one.stands for one in await holds.standing(desk, ARCHIVIST)] == [False]
    assert (await erasure.execute(desk, ARCHIVIST, name, LATER)).destroyed == (first.ref,)
    assert (await destruction.one_list(desk, HEAD, name))[0].state == "executed"


async def test_each_case_can_be_taken_off_with_a_reason(archive: Archive) -> None:
    desk = archive.desk
    first, second = await archive.closes(), await archive.closes()
    name = await archive.lists(first.ref, second.ref, agree=False)
    await destruction.spare(desk, HEAD, name, first.ref, SparingReason.RESEARCH_SAMPLE, LATER)
    with pytest.raises(Refusal, match="not_on_list"):
        await destruction.spare(desk, ARCHIVIST, name, first.ref, SparingReason.STILL_NEEDED, LATER)
    await destruction.approve(desk, HEAD, name, DECISION, LATER)
    assert (await erasure.execute(desk, ARCHIVIST, name, LATER)).destroyed == (second.ref,)
    assert await archive.state(first.ref) == "kept"
    (item, _) = (await destruction.one_list(desk, HEAD, name))[0].items
    assert (item.spared_by, item.reason) == (HEAD.id, SparingReason.RESEARCH_SAMPLE)
    assert [one.case for one in await candidates(desk, ARCHIVIST, LATER)] == [first.ref]


async def test_rules_of_who_and_when(archive: Archive) -> None:
    desk, case = archive.desk, await archive.closes()
    nobody = replace_roles(ARCHIVIST, Role.SYSTEM_ADMINISTRATOR)
    deeds: list[tuple[Callable[[], Awaitable[object]], str]] = [
        (lambda: candidates(desk, nobody, LATER), "not_allowed_to_destroy"),
        (lambda: destruction.propose(desk, HEAD, [case.ref], LATER), "not_allowed_to_destroy"),
        (lambda: destruction.propose(desk, STRANGER, [case.ref], LATER), "unknown_case"),
        (lambda: destruction.propose(desk, ARCHIVIST, ["9001-FV-2026-99999"], LATER), "unknown_case"),
        (lambda: destruction.propose(desk, ARCHIVIST, [case.ref], NOON + timedelta(days=1)), "may_not_destroy"),
        (lambda: holds.hold(desk, nobody, case.ref, HoldGround.AUDIT_REVIEW, "x", LATER), "not_allowed_to_destroy"),
    ]
    for deed, code in deeds:
        with pytest.raises(Refusal, match=code):
            await deed()
    with pytest.raises(BadInput, match="from 1"):
        await destruction.propose(desk, ARCHIVIST, [], LATER)
    name = await archive.lists(case.ref, agree=False)
    both = replace_roles(ARCHIVIST, Role.ARCHIVIST, Role.CHIEF_EXECUTIVE)
    deeds = [
        (lambda: destruction.approve(desk, both, name, DECISION, LATER), "own_destruction_list"),
        (lambda: destruction.propose(desk, ARCHIVIST, [case.ref], LATER), "already_listed"),
        (lambda: erasure.execute(desk, ARCHIVIST, name, LATER), "list_not_approved"),
        (lambda: erasure.execute(desk, nobody, name, LATER), "not_allowed_to_destroy"),
        (lambda: destruction.withdraw(desk, nobody, name, LATER), "not_allowed_to_destroy"),
    ]
    for deed, code in deeds:
        with pytest.raises(Refusal, match=code):
            await deed()
    with pytest.raises(BadInput, match="decision"):
        await destruction.approve(desk, HEAD, name, "  ", LATER)
    with pytest.raises(kept.UnknownList):
        await destruction.approve(desk, STRANGER, name, DECISION, LATER)
    await destruction.withdraw(desk, HEAD, name, LATER)
    for again in (
        lambda: destruction.approve(desk, HEAD, name, DECISION, LATER),
        lambda: destruction.withdraw(desk, HEAD, name, LATER),
    ):
        with pytest.raises(Refusal, match="list_decided"):
            await again()
    assert await archive.state(case.ref) == "kept"


async def test_whoever_must_keep_out_of_a_case_neither_sees_it_here_nor_agrees_to_its_end(archive: Archive) -> None:
    case, _ = await archive.town.opens()
    for command in (
        triage(),
        BlockRole(id="b", people=frozenset({HEAD.id}), text="Släkt."),
        ProposeClosure(id="p", reason=ClosureReason.DUPLICATE),
        Close(id="k", reason=ClosureReason.DUPLICATE),
    ):
        case, _ = await archive.town.acts(case, command)
    async with archive.town.database.writing() as session:
        await archived(session, case.ref, NOON)
    assert await candidates(archive.desk, HEAD, LATER) == []
    name = await archive.lists(case.ref, agree=False)
    shown, number = await destruction.one_list(archive.desk, HEAD, name)
    assert (shown.items, number) == ((), 1)
    with pytest.raises(Refusal, match="kept_out_of_list"):
        await destruction.approve(archive.desk, HEAD, name, DECISION, LATER)
    with pytest.raises(Refusal, match="not_on_list"):
        await destruction.spare(archive.desk, HEAD, name, case.ref, SparingReason.STILL_NEEDED, LATER)
    held = await holds.hold(archive.desk, ARCHIVIST, case.ref, HoldGround.AUDIT_REVIEW, "R 1", LATER)
    assert await holds.standing(archive.desk, HEAD) == []
    keeper = replace_roles(HEAD, Role.SECURITY_CHIEF)
    with pytest.raises(Refusal, match="unknown_hold"):
        await holds.release(archive.desk, keeper, held, "R 2", LATER)
    assert [one.stands for one in await holds.standing(archive.desk, ARCHIVIST)] == [True]


async def test_whoever_must_keep_out_of_a_case_has_no_part_in_its_destruction(archive: Archive) -> None:
    desk, open_to_all, case = archive.desk, await archive.closes(), await archive.closes()
    name = await archive.lists(open_to_all.ref, case.ref)
    case, _ = await archive.town.acts(case, BlockRole(id="b", people=frozenset({HEAD.id}), text="Släkt."))
    with pytest.raises(Refusal, match="kept_out_of_list"):
        await erasure.execute(desk, HEAD, name, LATER)
    assert await archive.state(open_to_all.ref) == "kept"
    left = await destruction.spare(desk, HEAD, name, open_to_all.ref, SparingReason.STILL_NEEDED, LATER)
    assert [item.case for item in left.items] == [open_to_all.ref]
    assert (await erasure.execute(desk, ARCHIVIST, name, LATER)).destroyed == (case.ref,)


async def test_what_is_kept_for_long_yet_is_not_even_opened(archive: Archive, monkeypatch: pytest.MonkeyPatch) -> None:
    closed = [await archive.closes() for _ in range(3)]
    load, opened = cases.load, list[str]()

    async def counted(session: AsyncSession, ring: KeyRing, ref: str) -> Case:
        opened.append(ref)
        return await load(session, ring, ref)

    monkeypatch.setattr(cases, "load", counted)
    assert await candidates(archive.desk, ARCHIVIST, NOON + timedelta(days=1)) == []
    assert len(opened) == 1
    assert len(await candidates(archive.desk, ARCHIVIST, NOON + timedelta(days=1), free=False)) == len(closed)


async def test_what_was_interrupted_goes_on_where_it_was(archive: Archive, monkeypatch: pytest.MonkeyPatch) -> None:
    refs = sorted([(await archive.closes(file=b"x")).ref for _ in range(3)])
    name = await archive.lists(*refs)
    certify, done = kept.certify, list[int]()

    async def dies(*given: object) -> None:
        if done:
            raise ConnectionResetError
        done.append(1)
        await certify(*given)  # type: ignore[arg-type]

    monkeypatch.setattr(kept, "certify", dies)
    with pytest.raises(OutOfReach):
        await erasure.execute(archive.desk, ARCHIVIST, name, LATER)
    monkeypatch.undo()
    assert [await archive.state(ref) for ref in refs] == ["gone", "kept", "kept"]
    assert (await erasure.execute(archive.desk, ARCHIVIST, name, LATER)).destroyed == tuple(refs[1:])
    assert await archive.desk.vault.older(LATER + timedelta(days=9999)) == []
    async with archive.town.database.reading() as session:
        for table in (tables.evidence, tables.archives):
            assert (await session.execute(select(table))).all() == []


async def test_what_was_not_archived_waits_for_it_as_long_as_it_can_come(archive: Archive) -> None:
    case = await archive.closes(archive=False)
    (told,) = await candidates(archive.desk, ARCHIVIST, LATER, free=False)
    assert told.retention.obstacles == (Obstacle.NOT_ARCHIVED,)
    with pytest.raises(Refusal, match="may_not_destroy"):
        await destruction.propose(archive.desk, ARCHIVIST, [case.ref], LATER)
    assert [one.case for one in await candidates(archive.desk, ARCHIVIST, LONG_AFTER)] == [case.ref]


async def test_even_an_intruder_who_marks_a_case_closed_ends_nothing(archive: Archive) -> None:
    opened, _ = await archive.town.opens()
    async with archive.town.database.writing() as session:
        await session.execute(update(tables.cases).values(closed=NOON))
    with pytest.raises(Refusal, match="may_not_destroy"):
        await destruction.propose(archive.desk, ARCHIVIST, [opened.ref], LATER)


def replace_roles(actor: Actor, *roles: Role) -> Actor:
    return actor.model_copy(update={"roles": frozenset(roles)})
