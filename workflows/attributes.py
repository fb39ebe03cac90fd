"""Search attributes: the one list. Codes and times only, for they are never encrypted (architecture §8)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from temporalio.common import SearchAttributeKey

if TYPE_CHECKING:
    from models.case import Case

ORGANISATION = SearchAttributeKey.for_keyword("VarnaOrganisation")
KIND = SearchAttributeKey.for_keyword("VarnaKind")
STAGE = SearchAttributeKey.for_keyword("VarnaStage")
LEVEL = SearchAttributeKey.for_keyword("VarnaLevel")

ALL = (ORGANISATION, KIND, STAGE, LEVEL)


def attributes(case: Case) -> tuple[tuple[SearchAttributeKey[str], str], ...]:
    """What an operator may search by, for support only: lists for people come from the read model."""
    return (
        (ORGANISATION, case.organisation),
        (KIND, case.kind.value),
        (STAGE, case.headline.value if case.headline else "closed"),
        (LEVEL, case.pace.value),
    )
