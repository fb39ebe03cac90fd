"""The standard routine, read once for all tests."""

from functools import cache

from models.routine import Routine
from models.term import Term
from models.vocabulary.records import RetentionClass
from storage.routine_file import ROUTINES, load


@cache
def routine(name: str = "standard", organisation: str | None = None) -> Routine:
    """A routine of this installation by its file's name; the standard one belongs to nobody unless told otherwise."""
    return load(ROUTINES / f"{name}.toml", organisation)


def standard(organisation: str = "9001") -> Routine:
    """The standard routine as an organisation would adopt it."""
    return routine("standard", organisation)


def keeping_nothing(own: Routine) -> Routine:
    """A routine, but a case may be destroyed as soon as it is closed: nothing is kept, and nothing reopened."""
    at_once = Term.parse("-PT1S")
    retention = own.retention.model_copy(update=dict.fromkeys(RetentionClass, at_once))
    closure = own.closure.model_copy(update={"reopen_window": at_once})
    return own.model_copy(update={"version": "hastig", "retention": retention, "closure": closure})
