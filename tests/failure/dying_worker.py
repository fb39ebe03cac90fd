"""A worker that dies at the worst moment: when a batch is in the ledger, and the engine does not know it yet.

It dies only while a certain file is there, and takes the file with it, so that it dies once.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from temporalio import activity

import worker
from activities.case import CaseActivities, Recorded, Recording
from operate import hands
from settings import Settings

if TYPE_CHECKING:
    from collections.abc import Sequence


def command(fuse: Path) -> Sequence[str]:
    """How to run it."""
    return [sys.executable, "-m", "tests.failure.dying_worker", str(fuse)]


class Dying(CaseActivities):
    """Records, and dies while the fuse is there."""

    @activity.defn(name="record")
    async def record(self, recording: Recording) -> Recorded:
        answer = await super().record(recording)
        with contextlib.suppress(FileNotFoundError):
            os.unlink(sys.argv[1])  # noqa: PTH108 - nothing may come between recording and dying
            os.kill(os.getpid(), signal.SIGKILL)
        return answer


if __name__ == "__main__":
    setattr(hands, "CaseActivities", Dying)  # noqa: B010
    asyncio.run(worker.main(Settings()))
