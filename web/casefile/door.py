"""How every page of a case begins: who comes, may they, and what stands at the top."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Annotated

from fastapi import Depends

from desk import casefile
from desk.casefile import CaseFile
from i18n.times import ZONE
from models.areas import Area
from models.sight import Sight, sight
from storage.cases import UnknownCase
from web.visit import Visit, at

_REF = re.compile(r"[0-9]{2,4}-(F[VB]|OV)-[0-9]{4}-[0-9]{5,9}")
"""What a case number looks like; anything else is no case."""

Officer = Annotated[Visit, Depends(at(Area.CASE))]
"""Whoever may see some case."""


def is_number(text: str) -> bool:
    """Whether this looks like the number of a case."""
    return _REF.fullmatch(text) is not None


async def opened(
    visit: Visit, ref: str, *, moment: datetime | None = None, seq: int | None = None, what: str = "case"
) -> CaseFile:
    """The case, for whoever is signed in; raises what `desk.casefile.read` does."""
    if not is_number(ref):
        raise UnknownCase(ref)
    return await casefile.read(visit.desk, ref, visit.actor.id, at=moment, seq=seq, what=what)


async def shown(visit: Visit, file: CaseFile) -> dict[str, object]:
    """What every page of a case shows of it."""
    handler = file.case.handler if file.view.whole else None
    return {
        "case": file.case,
        "ref": file.ref,
        "whole": file.view.whole,
        "handler": (await file.names([handler]))[handler] if handler else "",
        "glass": _glass(file, visit.now),
        "drill": visit.t("letter.drill") if file.case.drill else "",
        "clock": lambda moment: moment.astimezone(ZONE).strftime("%H:%M"),
    }


def _glass(file: CaseFile, now: datetime) -> datetime | None:
    """Until when they see the case by a glass they broke; None if they see it anyway."""
    mine = [one.until for one in file.case.glasses if one.by == file.actor.id and one.is_open(now)]
    return max(mine) if mine and sight(file.actor, file.case) is not Sight.WHOLE else None
