"""`varna notices`: who was told, what became of it, and sending it again."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from models.notices import Notice
from models.vocabulary.case import Level, Urgency
from models.vocabulary.people import Role
from operate.house import House
from storage import messages, notices
from storage.tables import MessageState
from tests.operate.commands import CHIEF, DIRECTOR, a_case, at_home, varna
from tests.operate.queued import sending

pytestmark = pytest.mark.usefixtures("home")


def told(ref: str) -> None:
    """The head of security has it, the director has not."""

    async def tell(house: House) -> None:
        now = datetime.now(UTC)
        for person, state, reason in (
            (CHIEF, MessageState.SENT, None),
            (DIRECTOR, MessageState.FAILED, "smtp_550"),
        ):
            notice = Notice(
                id=f"{ref}.1.{person}",
                case=ref,
                organisation="9001",
                seq=1,
                role=Role.SECURITY_CHIEF,
                urgency=Urgency.NOW,
                about="reported",
                level=Level.HIGH,
            )
            async with house.database.writing() as session:
                message = sending(f"message-of-{person}", now, case=ref, recipient=person)
                await messages.queue(session, message)
                await notices.put(session, [notices.row_of(notice, person, "outbox", now, message.id)])
                await messages.mark(session, message.id, state, now, reason)

    at_home(tell)


def test_they_show_who_was_not_reached_and_why() -> None:
    ref, silent = a_case(), a_case()
    told(ref)
    assert [one["recipient"] for one in varna("notices", "--failed", "--json").document["notices"]] == [DIRECTOR]
    assert len(varna("notices", "--case", ref, "--json").document["notices"]) == 2
    assert "Nådde inte fram: smtp-servern svarade 550" in varna("notices").out
    assert varna("notices", "--case", silent).out == "Inga meddelanden\n"
    assert varna("notices", "--case", "9001-FV-2026-99999").code == 4


def test_each_change_is_shown_to_programs_with_its_time() -> None:
    ref = a_case()
    told(ref)
    shown = {one["recipient"]: one["changes"] for one in varna("notices", "--case", ref, "--json").document["notices"]}
    assert [change["state"] for change in shown[CHIEF]] == ["queued", "sent"]
    assert [change["reason"] for change in shown[DIRECTOR]] == [None, "smtp_550"]


def test_what_did_not_arrive_is_sent_again_by_its_id() -> None:
    ref = a_case()
    told(ref)
    (lost,) = varna("notices", "--failed", "--json").document["notices"]
    assert varna("notices", "resend", lost["message"]).code == 0
    assert varna("notices", "--failed", "--json").document["notices"] == []
    (again,) = [
        one for one in varna("notices", "--case", ref, "--json").document["notices"] if one["recipient"] == DIRECTOR
    ]
    assert again["state"] == "queued"
    assert varna("notices", "resend", again["message"]).code == 0  # what waits is tried at once
    nowhere = varna("notices", "resend", "no-such-message")
    assert (nowhere.code, nowhere.err) == (4, "Det finns inget sådant meddelande.\n")
