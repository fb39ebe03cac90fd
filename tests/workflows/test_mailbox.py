"""The mailbox is read for ever, whatever becomes of it meanwhile."""

from __future__ import annotations

import socket
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select
from temporalio import activity
from temporalio.client import WorkflowExecutionDescription, WorkflowExecutionStatus
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import Worker

from activities.mailbox import MailboxActivities, MailRead
from channels.email.mailbox import BATCH, Mailbox
from models.inbound import MailKind
from operate.town import beside_python
from storage import tables
from tests.channels import dovecot as imap
from tests.channels.test_inbound import ONE_OF_EACH, answer, corpus
from workflows.mailbox import ID, MailboxWorkflow, keep_polling

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Iterator

    from storage.database import Database
    from storage.keys import KeyRing
    from tests.channels.dovecot import Dovecot

QUEUE = "mailbox"
FOLDERS = ("Varna.Handled", "Varna.Other", "Varna.Unreadable")
served = pytest.mark.skipif(imap.PROGRAM is None, reason=imap.MISSING)


@pytest.fixture
def server() -> Iterator[Dovecot]:
    with imap.dovecot() as server:
        yield server


@asynccontextmanager
async def working(
    read_mail: Callable[..., Awaitable[MailRead]], *, cached: int = 0
) -> AsyncIterator[WorkflowEnvironment]:
    """An engine whose clock skips, and a worker that reads mail in this way and replays unless it is `cached`."""
    async with (
        await WorkflowEnvironment.start_time_skipping(
            data_converter=pydantic_data_converter,
            test_server_existing_path=beside_python("temporal-test-server"),
        ) as env,
        Worker(
            env.client,
            task_queue=QUEUE,
            workflows=[MailboxWorkflow],
            activities=[read_mail],
            max_cached_workflows=cached,
        ),
    ):
        await keep_polling(env.client, QUEUE)
        yield env


def polled(database: Database, ring: KeyRing, port: int | None) -> AbstractAsyncContextManager[WorkflowEnvironment]:
    """A worker that reads the mailbox on this port every half minute."""
    mailbox = Mailbox("127.0.0.1", port, "none", imap.USER, imap.PASSWORD) if port else None
    return working(MailboxActivities(database, ring, mailbox, seconds=30).read_mail)


async def kinds(database: Database) -> list[str]:
    """What came in, as the database has it."""
    async with database.reading() as session:
        return list((await session.execute(select(tables.inbox.c.kind).order_by(tables.inbox.c.kind))).scalars())


async def described(env: WorkflowEnvironment) -> WorkflowExecutionDescription:
    return await env.client.get_workflow_handle(ID).describe()


@served
async def test_a_mailbox_that_fails_for_a_day_is_read_when_it_is_back(
    database: Database, ring: KeyRing, server: Dovecot
) -> None:
    server.put(answer("Vem är detta?"))
    server.stop()
    async with polled(database, ring, server.port) as env:
        await env.sleep(timedelta(days=1))
        assert await kinds(database) == []
        assert (await described(env)).status is WorkflowExecutionStatus.RUNNING
        server.start()
        await env.sleep(timedelta(minutes=3))
        assert await kinds(database) == [MailKind.OTHER]
        server.put(ONE_OF_EACH["a report of failure"][0])
        await env.sleep(timedelta(minutes=1))
        assert await kinds(database) == [MailKind.BOUNCE, MailKind.OTHER]
        assert (await described(env)).status is WorkflowExecutionStatus.RUNNING
    assert [len(server.lying(folder)) for folder in ("INBOX", *FOLDERS)] == [0, 1, 1, 0]


@served
async def test_no_ugly_mail_is_lost_on_its_way_to_the_database(
    database: Database, ring: KeyRing, server: Dovecot
) -> None:
    """Also where this Python ships no tests of its own: then only what is ugly by hand."""
    ugly = [
        raw for raw in (*(path.read_bytes() for path in corpus()), *(raw for raw, _ in ONE_OF_EACH.values())) if raw
    ]
    with server.opened() as box:
        for raw in ugly:
            box.append(raw)
    assert len(ugly) > BATCH or not corpus()
    came = sorted(server.lying("INBOX"))
    async with polled(database, ring, server.port) as env:
        await env.sleep(timedelta(seconds=20))  # a full batch is followed by the next at once
    assert len(await kinds(database)) == len(ugly)
    assert sorted(raw for folder in FOLDERS for raw in server.lying(folder)) == came


async def test_polling_that_goes_on_is_not_begun_again(database: Database, ring: KeyRing) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    async with polled(database, ring, port) as env:
        await env.sleep(timedelta(minutes=2))
        first = await described(env)
        await keep_polling(env.client, QUEUE)
        again = await described(env)
    assert (first.status, first.run_id) == (WorkflowExecutionStatus.RUNNING, again.run_id)


async def test_polling_ends_where_there_is_no_mailbox(database: Database, ring: KeyRing) -> None:
    async with polled(database, ring, None) as env:
        await env.client.get_workflow_handle(ID).result()
        assert (await described(env)).status is WorkflowExecutionStatus.COMPLETED


async def test_polling_for_long_goes_on_in_a_new_run() -> None:
    @activity.defn(name="read_mail")
    async def nothing_came() -> MailRead:
        return MailRead(kinds={}, again=1)

    async with working(nothing_came, cached=1) as env:
        first = latest = await described(env)
        rounds = 0
        while latest.run_id == first.run_id and rounds < 100:
            rounds += 1
            await env.sleep(timedelta(seconds=50))
            latest = await described(env)
    assert (latest.status, rounds < 100) == (WorkflowExecutionStatus.RUNNING, True)
