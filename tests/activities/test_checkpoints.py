"""Each night's checkpoint: signed, stamped if there is an authority, mailed to whoever reviews; on a real engine."""

from __future__ import annotations

import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import insert, text
from temporalio.testing import ActivityEnvironment, WorkflowEnvironment
from temporalio.worker import Worker

from activities.checkpoints import CheckpointActivities, Checkpointed
from activities.writing import write
from audit.verify import Given, verify
from models.vocabulary.people import Role
from operate.schedules import CHECKPOINT_AT, checkpoint_id, ensure
from storage import anchors, people, stamps, tables
from storage.checkpoint import Note
from storage.database import Database
from storage.payloads import data_converter
from storage.signing import SigningKeys
from storage.tables import MessageKind
from tests.activities.told import all_of
from tests.audit.authority import Authority
from tests.audit.intruder import breaks_in
from tests.engine import triggered
from tests.storage.town import Town, found
from workflows.checkpoint import CheckpointWorkflow

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from storage.keys import KeyRing

NIGHT = datetime(2026, 3, 9, 2, 40, tzinfo=UTC)
SERVER = str(Path(sys.executable).parent / "temporal")
ADDRESS = "rut@revision.example"
REVIEWERS = {
    "organisations": [
        {
            "code": "9001",
            "name": "Granviks kommun",
            "kind": "municipality",
            "people": [
                {"code": "granvik-revisor", "name": "Rut", "roles": ["auditor"], "email": ADDRESS},
                {
                    "code": "granvik-dso",
                    "name": "Dag",
                    "roles": ["data_protection_officer"],
                    "email": "dag@example.org",
                },
            ],
        }
    ]
}


@pytest.fixture
async def reviewed(town: Town) -> Town:
    """A town in which somebody reviews."""
    async with town.database.writing() as session:
        await people.load(session, town.ring, REVIEWERS)
    return town


@pytest.fixture
async def authority(tmp_path: Path) -> AsyncIterator[Authority]:
    (tmp_path / "tsa").mkdir()
    made = Authority(tmp_path / "tsa")
    await made.up()
    yield made
    made.down()


def activities(town: Town, folder: Path, authority: str = "") -> CheckpointActivities:
    return CheckpointActivities(
        town.database, town.ring, folder / "keys" / "checkpoint.key", authority, {"email", "sms"}
    )


async def night(town: Town, folder: Path, at: datetime = NIGHT, authority: str = "") -> Checkpointed:
    """What the activity does at a time."""
    environment = ActivityEnvironment()
    environment.info = replace(environment.info, started_time=at)
    return await environment.run(activities(town, folder, authority).checkpoint, "9001")


async def test_the_auditor_gets_the_checkpoint_by_mail_to_the_letter(reviewed: Town, tmp_path: Path) -> None:
    case, _ = await reviewed.opens()
    assert await night(reviewed, tmp_path) == Checkpointed(number=1, size=1, mailed=1)
    (sending,) = await all_of(reviewed)
    assert (sending.kind, sending.recipient, sending.channel) == (MessageKind.CHECKPOINT, "granvik-revisor", "email")
    async with reviewed.database.reading() as session:
        stored = await anchors.checkpoint(session, "9001", 1)
        message = await write(session, reviewed.ring, sending, "https://varna.example", "varna@granvik.example")
    assert message.address == ADDRESS
    assert stored.note in message.body
    assert case.ref not in message.body + message.html
    keys = SigningKeys.read(tmp_path / "keys" / "checkpoint.key")
    proof = await verify(reviewed.database, keys, "9001", given=[Given("mail", message.body)])
    assert proof.flaws == []
    assert len(message.short) <= 160


async def test_a_night_that_is_done_twice_gives_one_checkpoint_and_one_mail(reviewed: Town, tmp_path: Path) -> None:
    await reviewed.opens()
    first = await night(reviewed, tmp_path)
    assert await night(reviewed, tmp_path) == first.model_copy(update={"mailed": 0})
    assert await night(reviewed, tmp_path, NIGHT + timedelta(days=1)) == Checkpointed(number=2, size=1, mailed=1)
    assert len(await all_of(reviewed)) == 2


async def test_where_nobody_reviews_the_checkpoint_is_taken_all_the_same(town: Town, tmp_path: Path) -> None:
    assert await night(town, tmp_path) == Checkpointed(number=1, size=0)


async def test_what_does_not_extend_is_not_signed_and_those_who_review_hear_it(reviewed: Town, tmp_path: Path) -> None:
    await reviewed.opens()
    await night(reviewed, tmp_path)
    async with reviewed.database.writing() as session:
        await breaks_in(session)
        await session.execute(text("UPDATE tree_leaves SET hash = 'x'"))
    refused = await night(reviewed, tmp_path, NIGHT + timedelta(days=1))
    assert refused == Checkpointed(refused=True, mailed=2)
    told = [one.recipient for one in await all_of(reviewed) if one.kind is MessageKind.CHECKPOINT_REFUSED]
    assert sorted(told) == ["granvik-dso", "granvik-revisor"]
    assert (await night(reviewed, tmp_path, NIGHT + timedelta(days=1, hours=1))).mailed == 0


async def test_an_authority_stamps_it_and_anybody_can_check_that(
    reviewed: Town, authority: Authority, tmp_path: Path
) -> None:
    assert (await night(reviewed, tmp_path, authority=authority.url)).stamped
    async with reviewed.database.reading() as session:
        kept = (await anchors.stamps(session, "9001"))[1]
        note = (await anchors.checkpoint(session, "9001", 1)).note
    assert authority.verifies(kept, note)
    assert not authority.verifies(kept, note + "x")
    assert stamps.stands_for(kept, note)
    assert abs(stamps.stamped_at(kept) - datetime.now(UTC)) < timedelta(minutes=5)
    assert authority.arrived[0].headers["content-type"] == "application/timestamp-query"
    keys = SigningKeys.read(tmp_path / "keys" / "checkpoint.key")
    assert (await verify(reviewed.database, keys, "9001")).flaws == []


@pytest.mark.parametrize("how", ["away", "status", "garbled", "old"])
async def test_an_authority_that_is_away_or_answers_nonsense_holds_up_nothing(
    reviewed: Town, authority: Authority, tmp_path: Path, how: str
) -> None:
    if how == "away":
        authority.down()
    elif how == "status":
        authority.status = 500
    elif how == "garbled":
        authority.garbled = b"x" * 100
    else:  # the answer to another question
        authority.garbled = authority._stamped(stamps.request("something else").asked)
    assert await night(reviewed, tmp_path, authority=authority.url) == Checkpointed(number=1, size=0, mailed=1)
    async with reviewed.database.reading() as session:
        assert await anchors.stamps(session, "9001") == {}


async def test_each_organisation_has_a_schedule_that_takes_it_every_night(
    sqlite_url: str, ring: KeyRing, tmp_path: Path
) -> None:
    town = await found(Database(sqlite_url), ring)
    async with town.database.writing() as session:
        await people.load(session, town.ring, REVIEWERS)
        await session.execute(
            insert(tables.roles), {"user": "granvik-tib", "organisation": "9001", "role": Role.AUDITOR}
        )
    await town.opens()
    converter = data_converter(town.database, town.ring)
    server = await WorkflowEnvironment.start_local(data_converter=converter, dev_server_existing_path=SERVER)
    takes = activities(town, tmp_path)
    worker = Worker(server.client, task_queue="q", workflows=[CheckpointWorkflow], activities=[takes.checkpoint])
    async with server, worker:
        await ensure(server.client, "q", ["9001"])
        handle = server.client.get_schedule_handle(checkpoint_id("9001"))
        description = await handle.describe()
        await ensure(server.client, "q", ["9001"])
        assert (await handle.describe()).info.last_updated_at == description.info.last_updated_at
        local = [at.astimezone(ZoneInfo("Europe/Stockholm")) for at in description.info.next_action_times]
        assert {at.time() for at in local} == {CHECKPOINT_AT}
        assert len({at.weekday() for at in local}) == 7
        run = server.client.get_workflow_handle(await triggered(handle), result_type=Checkpointed)
        # Whoever has no address for a letter gets none.
        assert await run.result() == Checkpointed(number=1, size=1, mailed=1)
    async with town.database.reading() as session:
        assert Note.parse((await anchors.checkpoint(session, "9001", 1)).note).checkpoint.size == 1
    await town.database.close()
