"""What everything is measured against: a workflow that does nothing but answer. As a program: its worker."""

from __future__ import annotations

import asyncio
import signal
import sys
from uuid import uuid4

from temporalio import workflow
from temporalio.client import Client, WorkflowHandle
from temporalio.worker import Worker

QUEUE = "bare"


@workflow.defn(name="bare")
class Bare:
    """Answers a number of updates, then ends."""

    def __init__(self) -> None:
        self.answered = 0

    @workflow.run
    async def run(self, updates: int) -> None:
        await workflow.wait_condition(lambda: self.answered >= updates and workflow.all_handlers_finished())

    @workflow.update
    async def act(self, text: str) -> str:
        self.answered += 1
        return text


async def begin(client: Client, updates: int) -> WorkflowHandle[Bare, None]:
    """Start one."""
    return await client.start_workflow(Bare.run, updates, id=f"bare-{uuid4().hex}", task_queue=QUEUE)


async def main(address: str) -> None:
    """Work until told to stop, just as `worker.py` does."""
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    async with Worker(await Client.connect(address), task_queue=QUEUE, workflows=[Bare]):
        await stop.wait()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
