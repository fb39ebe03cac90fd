"""Break-glass through the whole installation: the handler is away, and somebody must know where Ebba lives."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from desk import look
from models.refusal import Refusal
from models.sight import Sight
from models.vocabulary.case import Answer
from operate.scenarios.dutylog import DutyLog
from tests.reports import a_report

if TYPE_CHECKING:
    from operate.town import Town

CHIEF, HANDLER, OTHER = "granvik-sakerhetschef", "granvik-handlaggare", "granvik-samordnare"
OFFICER = "granvik-dataskydd"


async def test_the_glass_is_broken_told_of_closed_again_and_reviewed(town: Town) -> None:
    await town.until_next("tuesday", "09:00")
    case = await town.report(a_report(protected_identity=Answer.YES))
    await case.does(CHIEF, "assign", handler=HANDLER)
    for outsider in (OTHER, OFFICER):
        with pytest.raises(Refusal, match="unknown_case"):
            await look.case(town.house, case.ref, outsider)
    await case.may_not("granvik-registrator", "break_glass", text="Nyfiken.")
    await case.may_not(OFFICER, "break_glass", text="Nyfiken.")
    assert case.refusals == ["unknown_case", "unknown_case"]

    await case.does(OTHER, "break_glass", text="Handläggaren svarar inte och polisen väntar.")
    await town.wait(minutes=5)
    log = await DutyLog.of(case)
    assert log.told("glass_broken") == {"handler": "now", "data_protection_officer": "now", "security_chief": "now"}
    told = {delivery.recipient for delivery in log.deliveries if delivery.about == "glass_broken"}
    assert told == {HANDLER, OFFICER, CHIEF}
    assert log.due("glass_review", "glass_broken") == "Thu 09:00"

    await town.wait(days=3)
    log = await DutyLog.of(case)
    assert {"handler", "security_chief"} <= log.told("escalated").keys()
    await case.does(OFFICER, "review_glass", outcome="justified", text="Polisen behövde adressen.")
    assert "glass_review" not in {owed.kind for owed in await case.owed() if owed.open}
    assert (await case.state()).glasses[0].reviewed
    with pytest.raises(Refusal, match="unknown_case"):
        await look.case(town.house, case.ref, OFFICER)


async def test_whoever_broke_it_sees_the_whole_case_while_it_is_open(town: Town) -> None:
    case = await town.report(a_report(protected_identity=Answer.YES))
    await case.does(CHIEF, "assign", handler=HANDLER)
    await case.does(OTHER, "break_glass", text="Handläggaren svarar inte och polisen väntar.")
    # The town's clock is ahead of the house's own, which looks at the wall: for it the glass is open.
    view = await look.case(town.house, case.ref, OTHER)
    assert (view.sight, (await look.case(town.house, case.ref, OFFICER)).sight) == (Sight.WHOLE, Sight.HEADLINE)
