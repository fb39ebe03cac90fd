"""An alarm as people meet it: real mail, a real link, the next one called, and a history that tells the same."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import httpx2

from desk import look
from desk.intake import accept, start
from i18n import words
from models.stages.clock import Escalated, NoticeSent
from models.stages.deadlines import Acknowledged
from operate import show
from storage.cases import UnknownCase
from storage.routine_file import load
from tests.channels.servers import MailServer, smtp_server
from tests.engine import installation, until
from tests.reports import a_report

if TYPE_CHECKING:
    from models.events import Event
    from operate.house import House

TIB, DEPUTY = "tib@nordmyra.example", "ersattare@nordmyra.example"
SMTP = {"smtp_host": "127.0.0.1", "smtp_security": "none", "mail_from": "varna@nordmyra.example"}


def letters(server: MailServer, address: str) -> list[str]:
    """What somebody was sent as an alarm, oldest first."""
    mine = [mail.parsed for mail in server.arrived if mail.recipients == (address,)]
    alarms = [mail for mail in mine if "larm" in str(mail["subject"]).lower()]
    return [str(body.get_content()) for mail in alarms if (body := mail.get_body(("plain",))) is not None]


async def climbed(house: House, ref: str) -> list[int]:
    """How far up its ladder the alarm has climbed, step by step."""
    facts = [event.data for event in await events(house, ref)]
    return [fact.rung for fact in facts if isinstance(fact, Escalated) and fact.kind == "alarm"]


async def events(house: House, ref: str) -> list[Event]:
    """The ledger; empty as long as the case has not begun."""
    try:
        return (await look.history(house, ref, None)).events
    except UnknownCase:
        return []


async def test_nobody_answers_the_next_one_is_called_the_link_accepts_and_the_ladder_stops(tmp_path: Path) -> None:
    async with (
        smtp_server() as mail,
        installation(tmp_path, start=("engine", "worker", "web"), smtp_port=mail.port, **SMTP) as running,
    ):
        await running.adopt(load(Path("routines/exercise.toml"), organisation="9002"))
        house, cases = running.house, await running.cases()
        accepted = await accept(house, a_report(organisation="9002", danger_now=True), datetime.now(UTC))
        await start(house, cases, accepted)
        ref = accepted.case

        async def called_twice() -> bool:
            return await climbed(house, ref) == [0, 1]

        async def arrived() -> bool:
            return bool(letters(mail, TIB) and letters(mail, DEPUTY))

        await until(called_twice)
        await until(arrived)

        (link,) = set(re.findall(r"http://\S+/l/\S+", letters(mail, DEPUTY)[-1]))
        async with httpx2.AsyncClient() as browser:
            assert (await browser.get(link)).status_code == 200
            assert not any(isinstance(event.data, Acknowledged) for event in await events(house, ref))
            assert (await browser.post(link)).is_success

        async def taken() -> bool:
            return any(isinstance(event.data, Acknowledged) for event in await events(house, ref))

        await until(taken)
        told = await events(house, ref)
        (acceptance,) = (event for event in told if isinstance(event.data, Acknowledged))
        assert acceptance.actor == "nordmyra-ersattare"
        assert await climbed(house, ref) == [0, 1]
        assert any(isinstance(event.data, NoticeSent) and "email" in event.data.channels for event in told)
        printed = "\n".join(str(line) for line in show.history(await look.history(house, ref, None), words("sv")))
        for who in ("nordmyra-tib", "nordmyra-ersattare"):
            assert who in printed
    said = "".join(str(part) for one in mail.arrived for part in one.parsed.walk())
    assert a_report().what not in said
