"""Evidence handed in and given out, on both kinds of database, while the engine is away: nothing is lost by that."""

from __future__ import annotations

import hashlib
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from desk import custody
from desk import evidence as desk
from desk.evidence import MOST_FILES, Label, Received, plain_name
from models.case import Case, Closing
from models.outside import Holder
from models.refusal import BadInput, Refusal
from models.vocabulary.case import ClosureReason
from models.vocabulary.people import Role
from models.vocabulary.reading import Via
from operate.house import House
from storage import cases, evidence, people
from storage.database import Database
from storage.keys import KeyDestroyed, KeyRing
from storage.vault import Damaged
from tests.desk.files import AFFECTED, HTML, PNG, PROGRAM, REPORTER, breaking_off, coming, never
from tests.erasing import erase
from tests.operate.queued import house
from tests.storage.town import DIRECTORY, MARKED, NOON, Town, found

CHIEF, PRESS = "granvik-sakerhetschef", "granvik-press"
MEGABYTE = 1024 * 1024
AFTER = NOON + timedelta(minutes=5)
NAMED = Label(f"{MARKED}.png", f"{MARKED} låg i brevlådan")


@pytest.fixture
async def town(database: Database, ring: KeyRing) -> Town:
    """Granvik, with somebody who sees no more than headlines."""
    town = await found(database, ring)
    granvik = dict(DIRECTORY["organisations"][0])  # type: ignore[index]
    press = {"code": PRESS, "name": f"Pia {MARKED}", "roles": ["communicator"]}
    async with database.writing() as session:
        await people.load(session, ring, {"organisations": [granvik | {"people": [press]}]})
    return town


@pytest.fixture
def shut(town: Town, tmp_path: Path) -> House:
    """The house of the town, without an engine."""
    return house(town, tmp_path, evidence_megabytes=2)


def kept(shut: House) -> list[str]:
    """Names of the files in the vault."""
    folder = shut.settings.home / "evidence"
    return sorted(path.name for path in folder.rglob("*") if path.is_file())


async def hands_in(shut: House, case: str, *chunks: bytes, by: str | Holder = REPORTER) -> Received:
    return await desk.receive(shut, case, by, coming(*(chunks or (PNG,))), AFTER, NAMED)


async def given_out(shut: House, user: str, identity: str) -> bytes:
    _, chunks = await desk.send(shut, user, identity)
    return b"".join([chunk async for chunk in chunks])


async def test_it_is_kept_while_the_engine_is_away_and_waits_to_be_told(town: Town, shut: House) -> None:
    case, _ = await town.opens()
    content = PNG + os.urandom(MEGABYTE)
    received = await hands_in(shut, case.ref, content[:10], content[10:])
    assert received.trouble is not None
    assert received.document() == {
        "evidence": received.piece.id,
        "case": case.ref,
        "received": AFTER,
        "size": len(content),
        "sha256": hashlib.sha256(content).hexdigest(),
        "type": "image/png",
        "lies": False,
        "recorded": False,
    }
    async with town.database.reading() as session:
        assert [one.id for one in await evidence.unrecorded(session, 10)] == [received.piece.id]
    assert await desk.of_case(shut, case.ref, CHIEF, Via.API) == [received.piece]
    assert (received.piece.name, received.piece.note) == (NAMED.name, NAMED.note)
    assert await given_out(shut, CHIEF, received.piece.id) == content


async def test_it_is_kept_before_its_case_has_begun(town: Town, shut: House) -> None:
    accepted = await town.accepts()
    holder = Holder(accepted.report, Role.AFFECTED)
    received = await desk.receive(shut, accepted.case, holder, coming(PNG), AFTER, NAMED)
    assert received.piece.report == accepted.report
    assert await custody.tell_waiting(shut) == 0
    assert await desk.handed_in(shut, accepted.case, holder) == [received.piece]
    assert await desk.handed_in(shut, accepted.case, REPORTER) == []
    with pytest.raises(Refusal, match="unknown_case"):
        await desk.receive(shut, accepted.case, CHIEF, never(), AFTER)


async def test_a_file_that_breaks_off_leaves_nothing(town: Town, shut: House) -> None:
    case, _ = await town.opens()
    with pytest.raises(ConnectionResetError):
        await desk.receive(shut, case.ref, REPORTER, breaking_off(PNG, os.urandom(MEGABYTE)), AFTER)
    assert kept(shut) == []
    assert await desk.handed_in(shut, case.ref) == []


@pytest.mark.parametrize("chunks,code", [((), "file_empty"), ((bytes(2 * MEGABYTE), b"1"), "file_too_large")])
async def test_what_is_nothing_or_too_much_is_refused_and_leaves_nothing(
    town: Town, shut: House, chunks: tuple[bytes, ...], code: str
) -> None:
    case, _ = await town.opens()
    with pytest.raises(BadInput) as refused:
        await desk.receive(shut, case.ref, CHIEF, coming(*chunks), AFTER)
    assert [(one.field, one.code) for one in refused.value.problems] == [("file", code)]
    assert kept(shut) == []
    exactly = await hands_in(shut, case.ref, bytes(2 * MEGABYTE), by=CHIEF)
    assert exactly.piece.size == 2 * MEGABYTE


async def test_those_without_an_account_may_hand_in_so_much_and_no_more_and_others_as_before(
    town: Town, shut: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    case, other = (await town.opens())[0].ref, (await town.opens())[0].ref
    for _ in range(MOST_FILES):
        await hands_in(shut, case)
    for chunks, by, code in ((never(), AFFECTED, "too_many_files"), (never(), REPORTER, "too_many_files")):
        with pytest.raises(BadInput, match="at most 20") as refused:
            await desk.receive(shut, case, by, chunks, AFTER)
        assert refused.value.problems[0].code == code
    await hands_in(shut, case, by=CHIEF)

    monkeypatch.setattr(desk, "MOST_BYTES", MEGABYTE)
    await hands_in(shut, other, bytes(MEGABYTE - 10))
    before = kept(shut)
    with pytest.raises(BadInput) as refused:
        await hands_in(shut, other, bytes(11))
    assert refused.value.problems[0].code == "files_too_large"
    assert kept(shut) == before
    await hands_in(shut, other, bytes(10))


@pytest.mark.parametrize("content,media", [(HTML, "text/html"), (PROGRAM, "application/x-executable")])
async def test_a_file_that_lies_is_kept_and_said_to_be_what_it_is(
    town: Town, shut: House, content: bytes, media: str
) -> None:
    case, _ = await town.opens()
    received = await hands_in(shut, case.ref, content)
    assert (received.lies, received.piece.type) == (True, media)
    assert await given_out(shut, CHIEF, received.piece.id) == content


async def test_whoever_may_not_see_the_whole_case_gets_the_answer_for_what_does_not_exist(
    town: Town, shut: House
) -> None:
    case, _ = await town.opens()
    received = await hands_in(shut, case.ref)
    for user, identity in ((PRESS, received.piece.id), (CHIEF, "f" * 32), ("nobody", received.piece.id)):
        with pytest.raises(Refusal) as refused:
            await desk.send(shut, user, identity)
        assert (refused.value.code, refused.value.field, refused.value.details) == ("unknown_case", "case", {})
    assert await desk.of_case(shut, case.ref, PRESS, Via.API) == []
    await blocked(town, case, CHIEF)
    with pytest.raises(Refusal, match="unknown_case"):
        await desk.send(shut, CHIEF, received.piece.id)
    with pytest.raises(Refusal, match="unknown_case"):
        await desk.receive(shut, case.ref, CHIEF, never(), AFTER)


async def test_a_closed_case_says_so_before_the_first_byte(town: Town, shut: House) -> None:
    case, _ = await town.opens()
    closing = Closing(proposed=AFTER, reason=ClosureReason.FALSE_ALARM, closed=AFTER)
    await stands(town, case.model_copy(update={"closing": closing}))
    with pytest.raises(Refusal, match="case_closed"):
        await desk.receive(shut, case.ref, CHIEF, never(), AFTER)


async def test_what_was_changed_in_the_vault_is_not_given_out(town: Town, shut: House) -> None:
    case, _ = await town.opens()
    received = await hands_in(shut, case.ref, os.urandom(MEGABYTE), os.urandom(100))
    path = shut.settings.home / "evidence" / received.piece.id
    path.write_bytes(path.read_bytes()[:-1])
    _, chunks = await desk.send(shut, CHIEF, received.piece.id)
    with pytest.raises(Damaged):
        [chunk async for chunk in chunks]
    path.unlink()
    with pytest.raises(Damaged):
        await desk.send(shut, CHIEF, received.piece.id)


async def test_it_is_gone_when_its_case_is_erased(town: Town, shut: House) -> None:
    case, _ = await town.opens()
    received = await hands_in(shut, case.ref)
    await erase(town.database, town.ring, case.ref, AFTER)
    with pytest.raises(Refusal, match="unknown_case"):
        await desk.send(shut, CHIEF, received.piece.id)
    with pytest.raises(KeyDestroyed):
        await hands_in(shut, case.ref)


async def test_only_what_nobody_wrote_down_for_a_day_is_cleared_away(town: Town, shut: House) -> None:
    case, _ = await town.opens()
    received = await hands_in(shut, case.ref)
    async with town.database.reading() as session:
        key = await town.ring.key(session, case.ref)
    await shut.vault.keep(key, "0" * 32, coming(PNG))
    now = datetime.now(UTC)
    assert await custody.clear_away(shut, now) == 0
    assert await custody.clear_away(shut, now + timedelta(days=1, minutes=1)) == 1
    assert kept(shut) == [received.piece.id]


@pytest.mark.parametrize(
    "said,plain",
    [
        ("foto.png", "foto.png"),
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\x\\brev.doc", "brev.doc"),
        ('a"b\r\nSet-Cookie: x.png', 'a"bSet-Cookie: x.png'),
        ("åäö 🙂.jpg", "åäö 🙂.jpg"),
        ("\u202egnp.exe", "gnp.exe"),
        ("..", ""),
        ("", ""),
        ("a" * 300 + ".jpeg", "a" * 180 + ".jpeg"),
        ("b" * 300, "b" * 200),
    ],
)
def test_a_name_is_a_name_and_nothing_else(said: str, plain: str) -> None:
    assert plain_name(said) == plain


async def blocked(town: Town, case: Case, person: str) -> None:
    await stands(town, case.model_copy(update={"blocked_people": frozenset({person})}))


async def stands(town: Town, case: Case) -> None:
    """The case is otherwise than it was."""
    async with town.database.writing() as session:
        await cases.put(session, await town.ring.key(session, case.ref), case, [])
