"""What is well and what is not with this installation, and what to do about it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from temporalio.converter import DataConverter
from temporalio.service import RPCError

from desk.staffing import lacks
from operate import exchange
from operate.hands import somebody_works
from operate.outcome import Exit
from storage import cases, ledger, masters, people, reports, routines
from storage.database import Database, OutOfReach, passes_walls
from storage.keys import BadKeyFile, KeyRing, MasterKeys, UnknownKey, Unreadable
from storage.rebuild import outdated
from storage.routines import UnknownRoutine
from workflows.client import EngineOutOfReach, connect, unregistered

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from sqlalchemy.ext.asyncio import AsyncSession

    from desk.staffing import Lack
    from settings import Settings

MANY = 1000
"""Reports waiting that are counted; more is as bad as that."""


class State(StrEnum):
    """How a check came out. `out_of_reach`: nothing works without it."""

    OK = "ok"
    WARNING = "warning"
    PROBLEM = "problem"
    OUT_OF_REACH = "out_of_reach"


ADVICE = {
    ("keys", State.WARNING): "keys_exposed",
    ("keys", State.PROBLEM): "keys_wrong",
    ("keys", State.OUT_OF_REACH): "keys_missing",
    ("channels", State.WARNING): "only_outbox",
    ("channels", State.PROBLEM): "channel_wrong",
    ("links", State.WARNING): "links_lead_nowhere",
    ("database", State.PROBLEM): "database_not_migrated",
    ("database", State.OUT_OF_REACH): "database_missing",
    ("reports_waiting", State.WARNING): "reports_stuck",
    ("cases_overdue", State.WARNING): "look_at_cases",
    ("lists_outdated", State.PROBLEM): "rebuild_lists",
    ("walls_passed", State.WARNING): "plain_role",
    ("backups_readable", State.WARNING): "retire_keys",
    ("routine_adopted", State.PROBLEM): "adopt_routine",
    ("nobody_holds", State.WARNING): "find_somebody",
    ("same_deputy", State.WARNING): "name_deputy",
    ("rota_gap", State.WARNING): "fill_rota",
    ("duty_absent", State.WARNING): "swap_duty",
    ("duty_left", State.WARNING): "swap_duty",
    ("no_way", State.WARNING): "give_address",
    ("chains", State.PROBLEM): "chains_broken",
    ("engine", State.OUT_OF_REACH): "engine_missing",
    ("attributes", State.PROBLEM): "attributes_missing",
    ("worker", State.PROBLEM): "worker_missing",
}
"""What to do about it, as a code."""


@dataclass(frozen=True)
class Check:
    """One check. Name, state and advice are codes; `detail` says which, or how many."""

    name: str
    state: State
    detail: str = ""

    @property
    def advice(self) -> str | None:
        """What to do about it; None if there is nothing to be done."""
        return ADVICE.get((self.name, self.state))


def exit_code(checks: list[Check]) -> Exit:
    """0 if all is well, warnings included; 5 if something essential is out of reach; 3 if another check failed."""
    states = {check.state for check in checks}
    if State.OUT_OF_REACH in states:
        return Exit.OUT_OF_REACH
    return Exit.REFUSED if State.PROBLEM in states else Exit.DONE


async def examine_all(settings: Settings, *, thorough: bool) -> list[Check]:
    """All checks at once; see `examine`."""
    return [check async for check in examine(settings, thorough=thorough)]


async def examine(settings: Settings, *, thorough: bool) -> AsyncIterator[Check]:
    """Check everything in the order in which it depends on each other.

    :param thorough: read all chains too; without it the examination takes as long for a thousand cases as for one.
    """
    yield Check("settings", State.OK, f"{settings.home}, {settings.temporal_namespace}, {settings.task_queue}")
    yield _keys(settings)
    yield _channels(settings)
    if settings.smtp_host or settings.sms_gateway:
        yield _links(settings)
    from storage.schema import is_current  # noqa: PLC0415 - slow to import, and whoever shows a check needs it not

    database = Database(settings.database)
    try:
        ready = State.OUT_OF_REACH
        if settings.database_url or (settings.home / "varna.db").exists():  # SQLite would make an empty file
            ready = State.OK if await is_current(database) else State.PROBLEM
        yield Check("database", ready)
        if ready is State.OK:
            async for check in _contents(database, settings, thorough=thorough):
                yield check
    except OutOfReach:
        yield Check("database", State.OUT_OF_REACH)
    finally:
        await database.close()
    try:
        client = await connect(settings.temporal_address, settings.temporal_namespace, DataConverter.default)
        yield Check("engine", State.OK, settings.temporal_address)
        missing = await unregistered(client)
        yield Check("attributes", State.PROBLEM if missing else State.OK, ", ".join(missing))
        yield Check("worker", State.OK if await somebody_works(client, settings.task_queue) else State.PROBLEM)
    except (EngineOutOfReach, RPCError):
        yield Check("engine", State.OUT_OF_REACH, settings.temporal_address)


def _keys(settings: Settings) -> Check:
    where = str(settings.master_key)
    try:
        masters = MasterKeys.read(settings.master_key)
    except BadKeyFile as error:
        return Check("keys", State.PROBLEM, f"{where}, {error}")
    except OSError as error:
        return Check("keys", State.OUT_OF_REACH, f"{where}, {error.strerror}")
    return Check("keys", State.WARNING if masters.exposed else State.OK, where)


def _channels(settings: Settings) -> Check:
    """By which channels people can be told; the outbox tells nobody who does not look into it."""
    try:
        kinds = sorted(exchange.channels(settings))
    except exchange.BadSetting as error:
        return Check("channels", State.PROBLEM, error.problems[0].field)
    leaving = set(kinds) - {"outbox", "chat"}
    return Check("channels", State.OK if leaving else State.WARNING, ", ".join(kinds))


def _links(settings: Settings) -> Check:
    """Where the links in messages lead: to this machine, they help nobody whose telephone is elsewhere."""
    url = urlsplit(settings.public_url)
    here = url.hostname in {"127.0.0.1", "localhost", "::1"}
    return Check("links", State.OK if url.scheme == "https" and not here else State.WARNING, settings.public_url)


async def _contents(database: Database, settings: Settings, *, thorough: bool) -> AsyncIterator[Check]:
    now = datetime.now(UTC)
    async with database.reading() as session:
        waiting = await reports.waiting(session, MANY)
        # The sweep has had its chance: what still waits needs somebody.
        stuck = [one for one in waiting if one.received < now - 2 * timedelta(seconds=settings.sweep_seconds)]
        yield Check("reports_waiting", State.WARNING if stuck else State.OK, str(len(stuck)))
        overdue = await cases.worklist(session, due_before=now)
        yield Check("cases_overdue", State.WARNING if overdue else State.OK, str(len(overdue)))
        if unseen := await outdated(session):
            yield Check("lists_outdated", State.PROBLEM, str(unseen))
        if readable := await masters.waiting(session):
            yield Check("backups_readable", State.WARNING, str(readable))
        if await passes_walls(session):
            yield Check("walls_passed", State.WARNING)
        async for check in _staffing(session, settings, now):
            yield check
        refs = await ledger.known(session) if thorough else []
    if thorough:
        broken: list[str] = []
        for ref in refs:
            async with database.reading() as session:  # one short look each, beside running work
                broken += [f"{one.case}/{one.seq} {one.code}" for one in await ledger.verify(session, ref)]
        yield Check("chains", State.PROBLEM if broken else State.OK, ", ".join(broken) or str(len(refs)))


async def _staffing(session: AsyncSession, settings: Settings, now: datetime) -> AsyncIterator[Check]:
    """Who could not be called when it matters; nothing where no keys can be read, which has been said already."""
    try:
        ring = KeyRing(MasterKeys.read(settings.master_key))
    except (BadKeyFile, OSError):
        return
    found: list[Lack] = []
    for organisation in await people.organisations(session):
        try:
            routine = await routines.current(session, organisation, now.date())
            found += await lacks(session, ring, organisation, routine, now, exchange.channels(settings).keys())
        except UnknownRoutine:
            yield Check("routine_adopted", State.PROBLEM, organisation)
        except (UnknownKey, Unreadable):
            yield Check("keys", State.PROBLEM, organisation)
    for code in dict.fromkeys(one.code for one in found):
        whom = (f"{one.organisation} {one.detail or one.role}" for one in found if one.code == code)
        yield Check(code, State.WARNING, ", ".join(whom))
    if not found:
        yield Check("staffing", State.OK)
