"""What somebody is called who has read something of a case, wherever a page says so."""

from __future__ import annotations

from typing import TYPE_CHECKING

from i18n import label
from models.outside import OUTSIDE
from storage.reads import OPERATOR, RECEIPT

if TYPE_CHECKING:
    from collections.abc import Mapping

    from i18n import Words


def reader(code: str, names: Mapping[str, str], t: Words) -> str:
    """A person by name, if there is one; who had a receipt code, or ran commands on the machine, by what they are."""
    if code.startswith(RECEIPT):
        return t("case.by_receipt")
    if code == OPERATOR:
        return t("case.by_operator")
    return label(OUTSIDE[code], t) if code in OUTSIDE else names.get(code, code)
