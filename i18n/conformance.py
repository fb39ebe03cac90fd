"""What a comparison with the adopted routine says, in sentences: codes and numbers in, words out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from i18n.sentences import inside, label, obligation
from i18n.times import term, when
from models.conformance import DeviationCode
from models.term import Term
from models.vocabulary.people import Role

if TYPE_CHECKING:
    from i18n.catalogue import Words
    from models.conformance import Deviation, Share


def share_text(share: Share, words: Words) -> str:
    """«12 av 87 ärenden saknar återkoppling inom 5 arbetsdagar»."""
    length = Term.parse(share.term)
    key = "conformance.lacking" if length.positive else "conformance.lacking_then"
    duty = inside(obligation(share.kind, words))
    return words(key, failed=share.failed, number=share.cases, duty=duty, term=term(length, words))


def deviation_text(one: Deviation, words: Words) -> str:
    """What was otherwise in one case, in one sentence."""
    values = {
        "which": _what(one, words),
        "term": term(Term.parse(one.term), words) if one.term else "",
        "due": when(one.due, words) if one.due else "",
        "done": when(one.done, words) if one.done else "",
    }
    return words(f"deviation.{one.code}", **values)


def _what(one: Deviation, words: Words) -> str:
    if one.code is DeviationCode.NOBODY_REACHED:
        return inside(label(Role(one.kind), words))
    if one.code in {DeviationCode.SECOND_PERSON, DeviationCode.SAME_PERSON}:
        return inside(label(one.level, words))
    return obligation(one.kind, words)
