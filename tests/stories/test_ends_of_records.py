"""Two cases in a real engine: one ends and is gone from everywhere, the other replays; the keys turn meanwhile."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from audit.proof import prove
from desk import destruction, erasure
from desk.archiving import archive_ended
from models.message import Actor
from models.vocabulary.people import Role
from operate import upkeep
from storage import archives, ledger
from storage.keys import KeyDestroyed, KeyRing, MasterKeys
from storage.payloads import CasePayloads
from storage.tables import Verdict
from tests.engine import installation, until
from tests.failure.officers import begin, command, insist, note
from tests.routine import keeping_nothing, routine
from workflows.client import workflow_id

if TYPE_CHECKING:
    from pathlib import Path

    from temporalio.client import Client

    from tests.engine import Installation

ARCHIVIST = Actor(id="granvik-arkivarie", organisation="9001", roles=frozenset({Role.ARCHIVIST}))
HEAD = Actor(id="granvik-direktor", organisation="9001", roles=frozenset({Role.CHIEF_EXECUTIVE}))


async def runs(client: Client, ref: str) -> list[str]:
    return [run.run_id async for run in client.list_workflows(f"WorkflowId = '{workflow_id(ref)}'")]


async def ends(running: Installation, ref: str) -> None:
    """Close a case, see its workflow end, and have its history archived."""
    at, client = await running.cases(), await running.client()
    await insist(at, ref, command("propose_closure", "p", reason="duplicate"))
    await insist(at, ref, command("close", "k", reason="duplicate"))

    async def archived() -> bool:
        await archive_ended(running.house, client)
        async with running.house.database.reading() as session:
            return ref in await archives.closed_and_archived(session, [ref])

    await until(archived)


@pytest.mark.timeout(120)
async def test_one_of_two_cases_ends_and_is_gone_from_everywhere_and_the_other_replays(tmp_path: Path) -> None:
    async with installation(tmp_path) as running:
        await running.adopt(keeping_nothing(routine("granvik")))
        house, at = running.house, await running.cases()
        gone, stays = await begin(running), await begin(running)
        for ref in (gone, stays):
            await insist(at, ref, command("triage", "t", outcome="open", level="low", text="Ett brev."))
        # The keys turn in mid-case: the worker goes on, and nothing opens by the old one any more.
        await upkeep.rotate(running.settings)
        await insist(at, gone, note("n1"))
        names, _ = await upkeep.retire(running.settings, datetime.now(UTC))
        assert names == ["1"]
        for ref in (gone, stays):
            await insist(at, ref, note("n2"))
        fresh = await begin(running)  # its key is wrapped by the new one, by a process that had only the old
        await insist(at, fresh, note("n3"))
        for ref in (gone, stays):
            await ends(running, ref)

        client, now = await running.client(), datetime.now(UTC)
        (run,) = await runs(client, gone)
        history = [event async for event in client.get_workflow_handle(workflow_id(gone)).fetch_history_events()]
        (payload,) = history[0].workflow_execution_started_event_attributes.input.payloads
        name = (await destruction.propose(house, ARCHIVIST, [gone], now)).id
        await destruction.approve(house, HEAD, name, "KS 2027-12 § 4", now)
        assert (await erasure.execute(house, ARCHIVIST, name, now)).destroyed == (gone,)

        # Not even what somebody copied out of the engine before can be read.
        codec = CasePayloads(house.database, KeyRing(MasterKeys.read(running.settings.master_key)), workflow_id(gone))
        with pytest.raises(KeyDestroyed):
            await codec.decode([payload])
        await until(lambda: forgotten(running, gone))
        assert run not in await runs(client, gone)
        certificate = await erasure.certificate(house, ARCHIVIST, gone)
        assert certificate.engine_gone
        assert (await prove(house, gone)).verdict is Verdict.ERASED
        assert (await prove(house, stays)).verdict is Verdict.IDENTICAL
        async with house.database.reading() as session:
            for ref in (gone, stays):
                assert await ledger.verify(session, ref) == []
            assert await archives.of_case(session, gone) == []
        left = await house.vault.older(datetime.max.replace(tzinfo=UTC))
        assert len(left) == 1  # the archive of the one that stays

        # Its backups are the last thing left: they end with the master key that had wrapped it.
        assert certificate.backups_gone is None
        await upkeep.rotate(running.settings)
        assert (await upkeep.retire(running.settings, now)) == (["2"], 1)
        assert (await erasure.certificate(house, ARCHIVIST, gone)).whole
        await insist(at, fresh, note("n4"))


async def forgotten(running: Installation, ref: str) -> bool:
    """The engine remembers nothing of it: asked again until it has cleared it away."""
    await erasure.finish(running.house, datetime.now(UTC))
    return (await erasure.certificate(running.house, ARCHIVIST, ref)).engine_gone is not None
