"""The codec against a real server: what the SDK tells it, and what the server gets to see."""

import json
import re
import sys
from base64 import b64decode
from collections.abc import AsyncIterator
from pathlib import Path
from uuid import uuid4

import pytest
from google.protobuf.json_format import MessageToJson
from google.protobuf.message import Message
from temporalio.api.common.v1 import Payload
from temporalio.client import Client, WorkflowUpdateFailedError
from temporalio.client import WithStartWorkflowOperation as WithStart
from temporalio.common import WorkflowIDConflictPolicy
from temporalio.converter import WorkflowSerializationContext
from temporalio.exceptions import ApplicationError
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import Worker

from storage.database import Database
from storage.keys import KeyDestroyed, KeyRing, UnknownKey
from storage.payloads import ENCODING, CasePayloads, NoCase, data_converter
from tests.erasing import erase
from tests.storage.echo import Echo, complain, echo
from tests.storage.town import MARKED, NOON, Town, found

QUEUE = "payloads"
SERVER = str(Path(sys.executable).parent / "temporal")


@pytest.fixture
async def own_town(sqlite_url: str, ring: KeyRing) -> AsyncIterator[Town]:
    database = Database(sqlite_url)
    yield await found(database, ring)
    await database.close()


@pytest.fixture
async def client(own_town: Town) -> AsyncIterator[Client]:
    """A client of a real server, with a worker; a fresh ring each, as in processes of their own."""
    async with await WorkflowEnvironment.start_local(dev_server_existing_path=SERVER) as server:
        config = server.client.config()
        config["data_converter"] = data_converter(own_town.database, KeyRing(own_town.ring.masters))
        working = Client(**config)
        config["data_converter"] = data_converter(own_town.database, KeyRing(own_town.ring.masters))
        # Each task anew from its history: everything is decoded again.
        async with Worker(
            working, task_queue=QUEUE, workflows=[Echo], activities=[echo, complain], max_cached_workflows=0
        ):
            yield Client(**config)


async def held(client: Client, workflow: str) -> str:
    """Everything the server holds of a workflow, all its runs, as text; what is in clear is made readable."""
    messages: list[Message] = []
    async for run in client.list_workflows(f"WorkflowId = '{workflow}'"):
        handle = client.get_workflow_handle(workflow, run_id=run.run_id)
        messages += [(await handle.describe()).raw_description]
        messages += [event async for event in handle.fetch_history_events()]
    encoded = "".join(map(MessageToJson, messages))
    return re.sub(r'"data": "([^"]*)"', lambda found: repr(b64decode(found[1])), encoded)


async def test_the_engine_holds_no_word_of_a_case_in_clear(client: Client, own_town: Town) -> None:
    workflow = f"case-{(await own_town.accepts()).case}"
    start = WithStart(
        Echo.run,
        [],
        id=workflow,
        task_queue=QUEUE,
        id_conflict_policy=WorkflowIDConflictPolicy.FAIL,
        memo={"note": MARKED},
        static_summary=f"{MARKED} summary",
    )
    assert await client.execute_update_with_start_workflow(Echo.act, MARKED, start_workflow_operation=start) == MARKED
    handle = await start.workflow_handle()
    heard = [MARKED, MARKED, f"Complaint: cannot say {MARKED}"]
    assert await handle.query(Echo.so_far, MARKED) == [*heard, MARKED]
    for update in (Echo.fail, Echo.act):
        with pytest.raises(WorkflowUpdateFailedError) as refused:
            await handle.execute_update(update, f"no {MARKED}")
        cause = refused.value.cause
        assert isinstance(cause, ApplicationError)
        assert MARKED in cause.message
        assert (cause.type, cause.details) == ("Refusal", (f"no {MARKED}",))
    await handle.signal(Echo.end, MARKED)
    assert await handle.result() == [*heard, MARKED]
    told = await held(client, workflow)
    assert "WORKFLOW_EXECUTION_CONTINUED_AS_NEW" in told
    assert "Complaint" in told  # the types of errors are codes
    assert MARKED not in told


async def test_housekeeping_is_in_clear_and_nothing_else_is_sent(client: Client) -> None:
    handle = await client.start_workflow(Echo.run, ["kod"], id=f"ops-{uuid4()}", task_queue=QUEUE)
    assert await handle.result() == ["kod"]
    assert "kod" in await held(client, handle.id)
    with pytest.raises(NoCase, match="a payload of somebody-else has no case"):
        await client.start_workflow(Echo.run, [MARKED], id="somebody-else", task_queue=QUEUE)
    with pytest.raises(UnknownKey):
        await client.start_workflow(Echo.run, [MARKED], id="case-9001-FV-2026-99999", task_queue=QUEUE)


async def test_the_history_of_an_erased_case_is_unreadable(client: Client, own_town: Town) -> None:
    accepted = await own_town.accepts()
    handle = await client.start_workflow(Echo.run, [MARKED], id=f"case-{accepted.case}", task_queue=QUEUE)
    assert await handle.result() == [MARKED]
    await erase(own_town.database, own_town.ring, accepted.case, NOON)
    config = client.config()
    config["data_converter"] = data_converter(own_town.database, KeyRing(own_town.ring.masters))
    with pytest.raises(KeyDestroyed):
        await Client(**config).get_workflow_handle_for(Echo.run, f"case-{accepted.case}").result()


async def test_a_payload_of_nobody_is_not_let_out_and_one_of_another_case_is_not_let_in(own_town: Town) -> None:
    codec = CasePayloads(own_town.database, own_town.ring)
    one, other = [
        codec.with_context(WorkflowSerializationContext("default", f"case-{(await own_town.accepts()).case}"))
        for _ in range(2)
    ]
    word = Payload(metadata={"encoding": b"json/plain"}, data=json.dumps(MARKED).encode())
    with pytest.raises(NoCase, match="a payload of no workflow has no case"):
        await codec.encode([word])
    (sealed,) = await one.encode([word])
    assert sealed.metadata["encoding"] == ENCODING
    assert await one.decode([sealed, word]) == [word, word]
    assert await codec.decode([word]) == [word]
    with pytest.raises(NoCase):
        await codec.decode([sealed])
    with pytest.raises(ValueError, match="not encrypted by this key"):
        await other.decode([sealed])
