"""The watchdog over a real engine on a skipping clock, and a monitoring that listens or does not."""

from __future__ import annotations

import asyncio
import socket
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import httpx2
import pytest
from prometheus_client import generate_latest
from temporalio.worker import Worker

import operate.town
import operate.watchdog.rounds
from models.rota import Override
from models.vocabulary.case import Urgency
from models.vocabulary.people import Role
from models.watch import Finding
from operate.hands import worker_for
from operate.town import a_town
from operate.watchdog.following import Following
from operate.watchdog.rounds import QUEUED, Round, Watchdog, keep_watch
from storage import duty
from storage.duty import Pool
from storage.tables import MessageState
from tests.monitoring import monitoring
from tests.operate.commands import SECRET, a_case, varna
from tests.operate.queued import CASE, house, mark, queue, sending
from tests.reports import a_report
from tests.storage.town import NOON, Town

SOON = timedelta(seconds=1)


# One round


async def codes(town: Town, home: Path, now: datetime) -> set[str]:
    return {one.code for one in (await Watchdog(house(town, home), lambda: now).round()).findings}


async def test_a_message_may_wait_only_so_long(little_town: Town, tmp_path: Path) -> None:
    waiting = [sending("m1", NOON), sending("m2", NOON, urgency=Urgency.PAGE)]
    await queue(little_town, *waiting, sending("m3", NOON, state=MessageState.SENT))
    limit = NOON + QUEUED[Urgency.PAGE]
    assert "message_stuck" not in await codes(little_town, tmp_path, limit)
    made = await Watchdog(house(little_town, tmp_path), lambda: limit + SOON).round()
    assert Finding(code="message_stuck", case=CASE, detail="outbox") in made.findings
    await mark(little_town, "m2", MessageState.SENT, limit)
    assert "message_stuck" not in await codes(little_town, tmp_path, limit + SOON)
    assert "message_stuck" in await codes(little_town, tmp_path, NOON + timedelta(minutes=15) + SOON)


async def test_a_report_whose_case_does_not_begin_is_found(little_town: Town, tmp_path: Path) -> None:
    await little_town.accepts()
    assert "report_waits" not in await codes(little_town, tmp_path, NOON + timedelta(seconds=60))
    assert "report_waits" in await codes(little_town, tmp_path, NOON + timedelta(seconds=61))


async def test_a_night_without_anybody_on_duty_is_found_a_day_before(little_town: Town, tmp_path: Path) -> None:
    starts, ends = NOON - timedelta(days=30), NOON + timedelta(days=2)
    until = Override(starts=starts, ends=ends, person="granvik-tib")
    pool = Pool(code="jour", role=Role.DUTY_OFFICER, organisations=("9001",), overrides=(until,))
    async with little_town.database.writing() as session:
        await duty.put(session, little_town.ring, pool)
    dog_at = [ends - timedelta(days=1), ends - timedelta(days=1) + SOON]
    found = [(await Watchdog(house(little_town, tmp_path), lambda now=now: now).round()).findings for now in dog_at]  # type: ignore[misc]
    gap = Finding(code="nobody_on_duty", detail="9001:duty_officer:rota_gap")
    assert [gap in findings for findings in found] == [False, True]


async def test_what_people_have_not_done_is_told_of_but_withholds_nothing() -> None:
    vain = Finding(code="unaccepted", case=CASE, detail="alarm")
    assert Round(NOON, 0.1, (vain,)).well
    assert not Round(NOON, 0.1, (vain, Finding(code="canary_lost"))).well


async def test_a_check_that_hangs_or_breaks_is_a_finding_and_delays_no_other_for_long(
    little_town: Town, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def hangs(self: object, now: datetime) -> list[Finding]:  # noqa: ARG001 - as the check it stands for
        return await asyncio.Future()

    async def breaks(self: object, now: datetime) -> list[Finding]:  # noqa: ARG001 - the same
        raise ZeroDivisionError

    monkeypatch.setattr(operate.watchdog.rounds, "ROUND", timedelta(seconds=0.2))
    monkeypatch.setattr(Watchdog, "_reports", hangs)
    monkeypatch.setattr(Watchdog, "_messages", breaks)
    made = await Watchdog(house(little_town, tmp_path)).round()
    failed = {one.detail for one in made.findings if one.code == "check_failed"}
    assert {"reports:TimeoutError", "messages:ZeroDivisionError"} <= failed
    assert made.seconds < 5


# The heartbeat


class Dog(Watchdog):
    """Finds what it is told to find."""

    found: tuple[Finding, ...] = ()

    async def round(self) -> Round:
        return Round(NOON, 0.0, self.found)


def metric(dog: Watchdog, name: str) -> float | None:
    return dog.metrics.registry.get_sample_value(f"varna_watch_{name}")


async def test_the_heartbeat_comes_while_all_is_well_and_stays_away_when_it_is_not(
    little_town: Town, tmp_path: Path
) -> None:
    async with monitoring() as (url, heard), httpx2.AsyncClient() as client:
        dog = Dog(house(little_town, tmp_path, heartbeat_url=url))

        def told(made: Round) -> None:
            counted.append(made)
            dog.found = (Finding(code="nobody_works"),) if 3 <= len(counted) < 6 else ()
            if len(counted) == 10:
                watching.cancel()

        counted: list[Round] = []
        watching = asyncio.create_task(keep_watch(dog, client, 0.01, told))
        with pytest.raises(asyncio.CancelledError):
            await watching
        assert [made.well for made in counted] == [True] * 3 + [False] * 3 + [True] * 4
        assert heard == ["GET /ping/secret HTTP/1.1"] * 6
        assert metric(dog, "last_heartbeat_timestamp_seconds")


@pytest.mark.parametrize("status", [500, 302, 0])
async def test_a_monitoring_that_refuses_or_hangs_is_counted_and_its_address_is_never_logged(
    little_town: Town, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], status: int
) -> None:
    if not status:  # the one that hangs
        monkeypatch.setattr(operate.watchdog.rounds, "BEAT", timedelta(seconds=1))
    async with monitoring(status) as (url, heard), httpx2.AsyncClient() as client:
        dog = Watchdog(house(little_town, tmp_path, heartbeat_url=url))
        await dog.beat(client)
        assert len(heard) == 1
    assert metric(dog, "heartbeats_failed_total") == 1
    assert not metric(dog, "last_heartbeat_timestamp_seconds")
    assert "secret" not in "".join(capsys.readouterr())


@pytest.mark.parametrize("url", ["http://127.0.0.1:1/", "no address", "http://[broken"])
async def test_an_address_where_nobody_is_stops_nothing(little_town: Town, tmp_path: Path, url: str) -> None:
    dog = Watchdog(house(little_town, tmp_path, heartbeat_url=url))
    async with httpx2.AsyncClient() as client:
        await dog.beat(client)
    assert metric(dog, "heartbeats_failed_total") == 1


# The numbers


async def test_the_metrics_say_how_many_and_never_which(little_town: Town, tmp_path: Path) -> None:
    case, _ = await little_town.opens()
    await queue(little_town, sending("m1", NOON, case=case.ref))
    dog = Watchdog(house(little_town, tmp_path), lambda: NOON + timedelta(hours=1))
    assert metric(dog, "well") == 0, "nothing has been looked at yet"
    await dog.round()
    shown = generate_latest(dog.metrics.registry).decode()
    for line in (
        'varna_watch_open_cases{level="raised"} 1.0',
        'varna_watch_findings{code="untold"} 1.0',
        'varna_watch_findings{code="wedged"} 0.0',
        'varna_watch_messages{channel="outbox",state="queued"} 1.0',
        "varna_watch_oldest_queued_seconds 3600.0",
        "varna_watch_well 0.0",
    ):
        assert line in shown
    assert case.ref not in shown
    assert "granvik" not in shown


async def test_the_metrics_are_served_on_this_machine_until_the_watchdog_ends(
    little_town: Town, tmp_path: Path, unused_port: int
) -> None:
    dog = Watchdog(house(little_town, tmp_path))
    stop = dog.metrics.serve("127.0.0.1", unused_port)
    async with httpx2.AsyncClient() as client:
        shown = await client.get(f"http://127.0.0.1:{unused_port}/metrics")
        assert "varna_watch_well 0.0" in shown.text
        await asyncio.to_thread(stop)
        with pytest.raises(httpx2.ConnectError):
            await client.get(f"http://127.0.0.1:{unused_port}/metrics")


# A town whose worker falls silent


async def test_a_case_whose_clock_stops_raises_an_alarm(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    workers: list[Worker] = []

    def remembered(*given: Any, **options: Any) -> Worker:
        workers.append(worker_for(*given, **options))
        return workers[-1]

    monkeypatch.setattr(operate.town, "worker_for", remembered)
    async with a_town(tmp_path) as town:
        await town.until_next("monday", "09:00")
        case = await town.report(a_report(organisation="9002", danger_now=True))
        await town.wait(minutes=35)
        following = Following(town.house)
        found = await following.findings(await town.now())
        assert {one.code for one in found} == {"unaccepted"}, "the ladder is climbed, though nobody answers"
        await workers[0].shutdown()
        # The engine's clock does not skip over work that nobody takes; everybody else's runs on.
        found = await following.findings(await town.now() + timedelta(minutes=11))
        assert Finding(code="overdue", case=case.ref, detail="alarm") in found


# The command


@pytest.mark.usefixtures("home")
def test_one_look_says_what_is_wrong_in_words_and_in_codes() -> None:
    ref = a_case(what=SECRET)
    ended = varna("watch", "--once")
    assert ended.code == 3
    assert "engine_out_of_reach: motorn svarar inte" in ended.out
    assert "Allt är inte som det ska" in ended.out
    document = varna("watch", "--once", "--json").document
    assert document["well"] is False
    assert {"code": "engine_out_of_reach", "case": "", "detail": ""} in document["findings"]
    assert SECRET not in ended.out + ended.err + str(document)
    assert ref not in ended.out, "of the case itself nothing is wrong yet"


@pytest.mark.usefixtures("home")
def test_a_port_in_use_is_said_with_the_setting_that_names_another(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        monkeypatch.setenv("VARNA_METRICS_PORT", str(taken.getsockname()[1]))
        ended = varna("watch")
    assert ended.code == 5
    assert "VARNA_METRICS_PORT" in ended.err
