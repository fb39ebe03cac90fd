"""What a person finds in the local outbox."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path

from icalendar import Calendar

from channels.contract import Invitation, Message
from channels.outbox.channel import Outbox
from tests.channels.test_contract import LINK, MESSAGE


def written(folder: Path, message: Message) -> dict[str, str]:
    asyncio.run(Outbox(folder).send(message))
    return {path.suffix: path.read_text(encoding="utf-8") for path in folder.rglob("*.*")}


def test_a_page_says_to_whom_how_urgent_and_where_to_go_on(tmp_path: Path) -> None:
    assert written(tmp_path, MESSAGE)[".txt"].splitlines() == [
        "To: granvik-samordnare",
        "Urgency: page",
        f"Subject: {MESSAGE.subject}",
        f"Link: {LINK}",
        "",
        *MESSAGE.body.splitlines(),
    ]


def test_an_invitation_lies_beside_its_message(tmp_path: Path) -> None:
    nine = datetime(2026, 11, 23, 8, tzinfo=UTC)
    invitation = Invitation(uid="u-1", starts=nine, ends=nine + timedelta(hours=1))
    files = written(tmp_path, MESSAGE.model_copy(update={"invitation": invitation}))
    assert set(files) == {".txt", ".ics"}
    calendar = Calendar.from_ical(files[".ics"])
    assert isinstance(calendar, Calendar)
    assert "METHOD" not in calendar
    assert [(event["UID"], event["SUMMARY"]) for event in calendar.events] == [("u-1", MESSAGE.subject)]
