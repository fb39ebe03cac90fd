"""After an upgrade: what an older version listed is seen by nobody until the upgrade itself has rebuilt it."""

from __future__ import annotations

import pytest
from sqlalchemy import update

from operate.house import House
from storage import tables
from tests.operate.commands import TRIAGE, Ended, a_case, at_home, varna

CHIEF = "granvik-sakerhetschef"


def listed() -> list[str]:
    return [item["ref"] for item in varna("cases", "--as", CHIEF, "--json").document["cases"]]


def found(ended: Ended) -> dict[str, str]:
    return {check["name"]: check["state"] for check in ended.document["checks"]}


@pytest.mark.usefixtures("home")
def test_an_upgrade_rebuilds_what_an_older_version_listed() -> None:
    ref = a_case(TRIAGE)
    assert listed() == [ref]

    async def as_before(house: House) -> None:
        async with house.database.writing() as session:
            await session.execute(update(tables.cases).values(form=0))

    at_home(as_before)
    assert listed() == []
    assert varna("case", ref, "--as", CHIEF).code == 4
    assert varna("case", ref).code == 0  # the operator is no person
    assert found(varna("doctor", "--json"))["lists_outdated"] == "problem"
    assert "varna rebuild" in varna("doctor").out
    varna("migrate")
    assert listed() == [ref]
    assert "lists_outdated" not in found(varna("doctor", "--json"))
