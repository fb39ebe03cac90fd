"""What machines send: bounces that are no reports, and answers nobody wrote (RFC 3834, and what is customary)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from channels.email.parts import header

if TYPE_CHECKING:
    from email.message import Message

_MACHINE = (
    "X-Auto-Response-Suppress", "X-Autoreply", "X-Auto-Reply", "X-Autorespond", "X-Autoresponder", "X-Autoreply-From",
)  # fmt: skip
_POSTMASTER = re.compile(r"(?:mailer-?daemon|mail-daemon|postmaster|microsoftexchange[0-9a-f]+)@", re.IGNORECASE)
_ANSWER = r"^(?:(?:re|sv|vs|fw|fwd|aw)(?:\[\d+\])?:\s*)*[\[(]?"
_AWAY = re.compile(
    _ANSWER + r"(?:auto(?:matiskt|matic|mated|-)?\s?(?:svar|reply|response)|auto:|fr\S{1,2}nvar|ej på plats"
    r"|(?:är )?på semester|föräldraledig|tjänstledig|out of (?:the )?office|on (?:annual )?leave|away from)",
    re.IGNORECASE,
)
_FAILED = re.compile(
    r"undeliver|not delivered|could ?n[o']t be delivered|delivery (?:status notification )?\(?(?:has )?fail"
    r"|returned mail|failure notice|mail system error|olever|inte (?:\w+ )?lever",
    re.IGNORECASE,
)


def is_bounce(mail: Message) -> bool:
    """A mail server says in its own words that it gave up. That it still tries is no bounce."""
    if header(mail, "X-Failed-Recipients"):
        return True
    return (_from_nobody(mail) or _from_postmaster(mail)) and bool(_FAILED.search(header(mail, "Subject") or ""))


def is_automatic(mail: Message) -> bool:
    """Nobody wrote this: it accepts nothing, and is never answered."""
    submitted = (header(mail, "Auto-Submitted") or "no").partition(";")[0].strip().lower()
    return (
        submitted != "no"
        or (header(mail, "Precedence") or "").lower() in {"bulk", "junk", "auto_reply"}
        or any(header(mail, name) is not None for name in _MACHINE)
        or bool(_AWAY.match(header(mail, "Subject") or ""))
        or _from_nobody(mail)
        or _from_postmaster(mail)
    )


def _from_nobody(mail: Message) -> bool:
    return header(mail, "Return-Path") == "<>"


def _from_postmaster(mail: Message) -> bool:
    return bool(_POSTMASTER.search(header(mail, "From") or ""))
