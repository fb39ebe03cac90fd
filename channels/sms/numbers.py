"""Telephone numbers as gateways want them."""

from __future__ import annotations

import re

from channels.contract import ChannelError

_BETWEEN = re.compile(r"[\s().\-\u2010-\u2015/\u00a0]")  # what people write for the eye
_E164 = re.compile(r"\+[1-9][0-9]{6,14}", re.ASCII)


def e164(number: str) -> str:
    """A number with its country (ITU-T E.164): «070-123 45 67» is Swedish, `+46701234567`.

    :raises ChannelError: `bad_address`, permanent, if it is no number.
    """
    digits = _BETWEEN.sub("", number.replace("(0)", ""))
    if digits.startswith("00"):
        digits = f"+{digits[2:]}"
    elif digits.startswith("0"):
        digits = f"+46{digits[1:]}"
    if not _E164.fullmatch(digits):
        raise ChannelError("bad_address", permanent=True)
    return digits
