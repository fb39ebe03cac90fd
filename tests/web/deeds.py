"""What somebody does in a case now, recorded without an engine: the list moves as it would with one."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from pydantic_core import to_json

from models.commands import read_command
from models.context import Context
from models.decide import decide
from models.evolve import evolve_all
from storage import cases, people, routines
from storage.record import record

if TYPE_CHECKING:
    from models.case import Case
    from tests.web.city import City


async def does(city: City, who: str, what: str, ref: str, **fields: Any) -> Case:
    """Somebody does something: the command's type and its fields; the case as it is then. Raises `Refusal`."""
    command = read_command(to_json({"id": uuid4().hex, "type": what, **fields}))
    async with city.house.database.writing() as session:
        case = await cases.load(session, city.house.ring, ref)
        routine = await routines.by_digest(session, case.routine.digest)
        actor = await people.actor(session, who, case.organisation)
        events = decide(case, command, Context(datetime.now(UTC), actor, routine))
        case = evolve_all(events, case)
        await record(session, city.house.ring, case, events, routine)
    return case
