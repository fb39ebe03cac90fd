"""Run a worker: `python worker.py`."""

from __future__ import annotations

import asyncio
import signal

import structlog

from desk.archiving import keep_archived
from desk.custody import keep_up
from desk.erasure import keep_finishing
from desk.intake import sweep
from desk.scanning import keep_scanned
from operate.exchange import scanner
from operate.hands import postman_for, worker_for
from operate.house import House
from operate.logs import configure
from operate.messenger import run_messenger
from operate.standing import keep_standing
from settings import Settings
from workflows.client import Cases

log = structlog.get_logger()


async def main(settings: Settings) -> None:
    """Work until SIGTERM or Ctrl-C; finish what is in hand, then leave."""
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    house = House.open(settings)
    try:
        client, postman = await house.engine(), postman_for(house)
        cases = Cases(client, settings.task_queue)
        async with worker_for(client, house, postman):
            kept_up = (
                sweep(house, cases, settings.sweep_seconds),
                keep_up(house, settings.sweep_seconds),
                keep_archived(house),
                keep_scanned(house, scanner(settings), settings.sweep_seconds),
                keep_finishing(house, settings.sweep_seconds),
                run_messenger(house, cases, postman),
                keep_standing(client, house, postman.channels.keys()),
            )
            beside = [asyncio.create_task(work) for work in kept_up]
            log.info("worker ready", queue=settings.task_queue)
            await stop.wait()
            for task in beside:
                task.cancel()
            await asyncio.gather(*beside, return_exceptions=True)
        await postman.close()
    finally:
        await house.database.close()
    log.info("worker stopped")


if __name__ == "__main__":
    configured = Settings()
    configure(configured.log_level, configured.log_format)
    asyncio.run(main(configured))
