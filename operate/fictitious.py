"""The fictitious organisations: for trying out, exercises and demonstrations."""

from __future__ import annotations

import tomllib
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

from storage import people, routines
from storage.routine_file import load

if TYPE_CHECKING:
    from operate.house import House

ROUTINES = ("granvik", "nordmyra", "sjoliden", "bjorkang", "vasterlund")


async def load_fictitious(house: House) -> None:
    """Organisations, people and routines; loading them again changes nothing."""
    folder = Path(str(files("routines")))
    directory = tomllib.loads((folder / "fictitious.toml").read_text(encoding="utf-8"))
    async with house.database.writing() as session:
        await people.load(session, house.ring, directory)
        for name in ROUTINES:
            await routines.adopt(session, load(folder / f"{name}.toml"))
