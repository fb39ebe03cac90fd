"""F7, checked against domain §9: named people only, messages without content, half a year."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from desk import look
from models.refusal import Refusal
from operate.scenarios.dutylog import DutyLog
from operate.scenarios.f07_protected_identity import CHIEF, F07, HANDLER, OTHERS
from storage.worklist import Wanted

if TYPE_CHECKING:
    from pathlib import Path

    from operate.town import Town


async def test_protected_identity(town: Town, tmp_path: Path) -> None:
    [case] = await F07.story(town)
    log = await DutyLog.of(case)

    # Nobody but the named handler and the head of security ever heard of it.
    assert log.told("reported") == {"security_chief": "now"}
    assert log.people == {CHIEF, HANDLER}
    for code in OTHERS:
        with pytest.raises(Refusal, match="unknown_case"):
            await look.case(town.house, case.ref, code)
    assert case.refusals == ["unknown_case"] * 5
    assert case.ref not in {item.ref for item in await look.open_cases(town.house, OTHERS[0], Wanted())}

    # The messages say that there is something, nothing of what.
    messages = [file.read_text() for file in (tmp_path / "outbox").rglob("*") if file.is_file()]
    assert messages
    assert not any("kort" in message or "inkorg" in message for message in messages)

    assert log.due("first_contact") == "Mon 17:20"
    assert log.due("information", "information_asked") == "Mon 17:35"
    assert log.missed == set()
    assert log.levels == ["high", "raised"]
    assert sum(event.type == "followed_up" for event in log.events) >= 7
    assert log.closed is not None
    assert log.closed[0] == "quiet_period"
    assert log.closed[1] >= 180
