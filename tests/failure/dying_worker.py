"""A worker that dies at the worst moment: when a batch is in the ledger, and the engine does not know it yet.

It dies only while a certain file is there, and takes the file with it, so that it dies once.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from temporalio import activity

import operate.hands
import worker
from activities.case import CaseActivities, Recorded, Recording
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
        fuse = Path(sys.argv[1])
        if fuse.exists():
            fuse.unlink()
            os.kill(os.getpid(), signal.SIGKILL)
        return answer


if __name__ == "__main__":
    operate.hands.CaseActivities = Dying  # type: ignore[misc]
    asyncio.run(worker.main(Settings()))
