"""What numbers of police, prosecutors and courts look like (domain §5.5). An odd one is pointed out, never refused."""

from __future__ import annotations

import re

LIKE = re.compile(
    r"""
    \d{4}-K\d{1,8}-\d{2}                   # police report
    | A\d{1,3}(?:[.\s]?\d{3})*(?:/\d{4}|-\d{2}(?:\d{2})?)  # police diary
    | AM-\d+-\d{2}                         # prosecutor
    | [BÄTÖ]\s?\d+-\d{2}                   # court
    """,
    re.VERBOSE | re.IGNORECASE,
)


def is_odd(reference: str | None) -> bool:
    """Whether a number looks like none of them."""
    return reference is not None and not LIKE.fullmatch(reference.strip())
