"""`varna retention`: from what may be destroyed to the certificate, each step in somebody's name."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from storage import routines
from tests.erasing import archived
from tests.operate.commands import DIRECTOR, SECRET, TRIAGE, a_case, at_home, varna
from tests.routine import keeping_nothing

if TYPE_CHECKING:
    from pathlib import Path

    from operate.house import House

ARCHIVIST, CHIEF = "granvik-arkivarie", "granvik-sakerhetschef"
CLOSED = ({"type": "propose_closure", "reason": "duplicate"}, {"type": "close", "reason": "duplicate"})


@pytest.fixture
def ended(home: Path) -> str:  # noqa: ARG001 - it needs the installation
    """A case whose time is over: its routine keeps nothing and reopens nothing."""

    async def hasty(house: House) -> None:
        async with house.database.writing() as session:
            current = await routines.current(session, "9001", datetime.now(UTC).date())
            yesterday = datetime.now(UTC).date() - timedelta(days=1)
            await routines.adopt(session, keeping_nothing(current).model_copy(update={"valid_from": yesterday}))

    async def archive(house: House) -> None:
        async with house.database.writing() as session:
            await archived(session, ref, datetime.now(UTC))

    at_home(hasty)
    ref = a_case({**TRIAGE, "level": "low"}, *CLOSED)
    at_home(archive)
    return ref


def document(*words: str, by: str = ARCHIVIST) -> dict[str, object]:
    done = varna("retention", *words, "--as", by, "--json")
    assert done.code == 0, done.out + done.err
    found: dict[str, object] = done.document
    return found


def test_the_whole_way_from_the_list_to_the_certificate(ended: str) -> None:
    kept = a_case(TRIAGE)
    offered = document("list")["cases"]
    assert isinstance(offered, list)
    assert [one["case"] for one in offered] == [ended]
    refused = varna("retention", "propose", kept, "--as", ARCHIVIST, "--json")
    assert (refused.code, refused.error["code"]) == (3, "may_not_destroy")
    assert "öppet" in refused.error["reason"]
    made = document("propose", ended)["list"]
    assert isinstance(made, dict)
    name = made["id"]
    early = varna("retention", "execute", name, "--as", ARCHIVIST)
    assert (early.code, "Ingen har godkänt" in early.err) == (3, True)
    alone = varna("retention", "approve", name, "--decision", "KS § 1", "--as", ARCHIVIST, "--json")
    assert (alone.code, alone.error["code"]) == (3, "own_destruction_list")
    document("approve", name, "--decision", "KS 2027-12 § 4", by=DIRECTOR)

    held = varna("retention", "hold", ended, "--ground", "audit_review", "--reference", "R 7", "--as", CHIEF)
    assert held.code == 0
    done = document("execute", name)
    assert (done["destroyed"], done["kept"]) == ([], [{"case": ended, "obstacles": ["on_hold"]}])
    holds = document("holds")["holds"]
    assert isinstance(holds, list)
    assert varna("retention", "release", holds[0]["id"], "--reference", "R 8", "--as", CHIEF).code == 0
    done = document("execute", name)
    assert (done["destroyed"], done["still_to_clear"]) == ([ended], 1)  # the engine is down

    gone = varna("case", ended, "--json")
    assert (gone.code, gone.error["code"]) == (4, "erased")
    certificate = varna("retention", "certificate", ended, "--as", ARCHIVIST)
    assert "KS 2027-12 § 4" in certificate.out
    assert SECRET not in certificate.out
    ways = {check["name"]: check["state"] for check in varna("doctor", "--json").document["checks"]}
    assert ways["backups_readable"] == "warning"
    for turned in ("rotate", "retire"):
        assert varna("keys", turned).code == 0
    assert "backups_readable" not in varna("doctor", "--json").out
    for shown in ("lists", "holds", "list"):
        assert varna("retention", shown, "--as", ARCHIVIST).code == 0
    assert "Gallrat" in varna("retention", "show", name, "--as", DIRECTOR).out


def test_what_is_not_there_and_who_may_not(ended: str) -> None:
    for words, code in (
        (("show", "ingen"), 4),
        (("certificate", ended), 4),
        (("release", "ingen", "--reference", "x"), 3),
        (("spare", "ingen", ended, "--reason", "held"), 4),
        (("withdraw", "ingen"), 4),
    ):
        assert varna("retention", *words, "--as", ARCHIVIST).code == code, words
    assert varna("retention", "list", "--as", "granvik-tib").code == 3
    assert varna("retention", "list", "--as", "ingen").code == 2
    assert varna("retention", "list").code == 2
