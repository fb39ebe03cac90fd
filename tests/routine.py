"""The standard routine, read once for all tests."""

from functools import cache

from models.routine import Routine
from storage.routine_file import ROUTINES, load


@cache
def routine(name: str = "standard", organisation: str | None = None) -> Routine:
    """A routine of this installation by its file's name; the standard one belongs to nobody unless told otherwise."""
    return load(ROUTINES / f"{name}.toml", organisation)


def standard(organisation: str = "9001") -> Routine:
    """The standard routine as an organisation would adopt it."""
    return routine("standard", organisation)
