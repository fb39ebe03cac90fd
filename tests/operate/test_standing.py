"""What stands beside the cases: holes in the rota are told to the head of security, once a day, without a name."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import delete, update

from models.vocabulary.people import Role
from operate.standing import tell_of_lacks, tell_of_unusual
from operate.town import a_town
from storage import messages, reads, tables
from storage.reads import Read
from storage.tables import MessageKind, Via
from tests.channels.phone import Phone

if TYPE_CHECKING:
    from pathlib import Path

    from operate.town import Town

CHIEF, DEPUTY = "granvik-sakerhetschef", "granvik-ersattare"
MONDAY = datetime(2027, 2, 1, 9, 0, tzinfo=UTC)


async def warned(town: Town, kind: MessageKind = MessageKind.DUTY_GAP) -> list[str]:
    """Who was warned, in order."""
    async with town.house.database.reading() as session:
        found = await messages.select_where(session, tables.messages.c.kind == kind)
    return [one.recipient for one in found]


async def without(town: Town, role: Role) -> None:
    """Nobody in Granvik holds the role any more."""
    held = tables.roles.c
    async with town.house.database.writing() as session:
        await session.execute(delete(tables.roles).where(held.role == role, held.organisation == "9001"))


async def test_a_role_nobody_holds_is_told_to_the_head_of_security_once_a_day(tmp_path: Path) -> None:
    phone = Phone()
    async with a_town(tmp_path, {"outbox": phone}) as town:
        await tell_of_lacks(town.house, "9001", {"outbox"}, MONDAY)
        assert await warned(town) == []
        await without(town, Role.DUTY_OFFICER)
        for hours in (0, 1, 8):
            await tell_of_lacks(town.house, "9001", {"outbox"}, MONDAY + timedelta(hours=hours))
        assert await warned(town) == [CHIEF]
        await tell_of_lacks(town.house, "9001", {"outbox"}, MONDAY + timedelta(days=1))
        assert await warned(town) == [CHIEF, CHIEF]
        await town.postman.round(MONDAY + timedelta(days=1))
    assert phone.rang == [CHIEF, CHIEF]
    assert "granvik-tib" not in phone.said[0].subject + phone.said[0].body + phone.said[0].html


async def test_the_deputy_is_told_if_nobody_is_head_of_security(tmp_path: Path) -> None:
    async with a_town(tmp_path, {"outbox": Phone()}) as town:
        await without(town, Role.SECURITY_CHIEF)
        await tell_of_lacks(town.house, "9001", {"outbox"}, MONDAY)
        assert await warned(town) == [DEPUTY]


async def test_whoever_has_left_is_not_told(tmp_path: Path) -> None:
    phone = Phone()
    async with a_town(tmp_path, {"outbox": phone}) as town:
        await without(town, Role.DUTY_OFFICER)
        await tell_of_lacks(town.house, "9001", {"outbox"}, MONDAY)
        async with town.house.database.writing() as session:
            await session.execute(update(tables.users).where(tables.users.c.code == CHIEF).values(active=False))
        await town.postman.round(MONDAY)
    assert phone.rang == []


async def test_unusual_reading_is_told_once_to_whoever_answers_for_the_data_and_never_at_night(tmp_path: Path) -> None:
    phone, officer, kind = Phone(), "granvik-dataskydd", MessageKind.UNUSUAL_READING
    night = MONDAY - timedelta(hours=6)
    async with a_town(tmp_path, {"outbox": phone}) as town:
        await tell_of_unusual(town.house, "9001", {"outbox"}, MONDAY)
        assert await warned(town, kind) == []
        read = Read("9001-FV-2027-00001", "9001", "granvik-registrator", Role.REGISTRAR, Via.PAGE, night)
        async with town.house.database.writing() as session:
            await reads.put(session, read)
        await tell_of_unusual(town.house, "9001", {"outbox"}, night)
        assert await warned(town, kind) == []
        for hours in (0, 1, 24):
            await tell_of_unusual(town.house, "9001", {"outbox"}, MONDAY + timedelta(hours=hours))
        assert await warned(town, kind) == [officer]
        await town.postman.round(MONDAY)
    assert phone.rang == [officer]
    assert "registrator" not in phone.said[0].subject + phone.said[0].body + phone.said[0].html
