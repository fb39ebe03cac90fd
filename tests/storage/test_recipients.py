"""Who is told: whoever holds the role now, and nobody who must not hear of this case."""

from __future__ import annotations

import tomllib

import pytest

from models.notices import Notice
from models.vocabulary.case import Level, Urgency
from models.vocabulary.people import Role
from storage import people
from storage.recipients import find
from tests.storage.town import NOON, Town

TWO_HATS = """
[[organisations]]
code = "9001"
name = "Granviks kommun"
kind = "municipality"

  [[organisations.people]]
  code = "granvik-en-hatt"
  name = "Tova Kvastskaft"
  roles = ["duty_officer"]

  [[organisations.people]]
  code = "granvik-tva-hattar"
  name = "Ulf Kvastskaft"
  roles = ["duty_officer", "chief_executive"]
"""
NOTICE = Notice(
    id="9001-FV-2026-00001.1.duty_officer",
    case="9001-FV-2026-00001",
    organisation="9001",
    seq=1,
    role=Role.DUTY_OFFICER,
    urgency=Urgency.NOW,
    about="reported",
    level=Level.HIGH,
    routine="0" * 64,
)


async def told(town: Town, **changes: object) -> set[str]:
    async with town.database.writing() as session:
        await people.load(session, town.ring, tomllib.loads(TWO_HATS))
        found = await find(session, NOTICE.model_copy(update=changes), NOON)
    return {recipient.code for recipient in found.recipients} - {"granvik-tib"}


@pytest.mark.parametrize(
    "changes, codes",
    [
        ({}, {"granvik-en-hatt", "granvik-tva-hattar"}),
        ({"never": frozenset({"granvik-tva-hattar"})}, {"granvik-en-hatt"}),
        ({"never_roles": frozenset({Role.CHIEF_EXECUTIVE})}, {"granvik-en-hatt"}),
        ({"only": frozenset({"granvik-tva-hattar"})}, {"granvik-tva-hattar"}),
        ({"only": frozenset({"granvik-tva-hattar"}), "never_roles": frozenset({Role.CHIEF_EXECUTIVE})}, set()),
        ({"role": Role.HANDLER, "handler": "granvik-tva-hattar"}, {"granvik-tva-hattar"}),
        (
            {
                "role": Role.HANDLER,
                "handler": "granvik-tva-hattar",
                "never_roles": frozenset({Role.CHIEF_EXECUTIVE}),
            },
            set(),
        ),
        ({"organisation": "90"}, set()),
    ],
)
async def test_a_role_is_told_without_those_who_must_not_hear(
    town: Town, changes: dict[str, object], codes: set[str]
) -> None:
    assert await told(town, **changes) == codes
