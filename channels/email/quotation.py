"""Where a person's own words end and what they answer begins."""

from __future__ import annotations

import re

from models.acceptance import codes_in

_STARTS = re.compile(
    r"""
    ^[ \t]{0,40}(?:
      [>|]                                                         # a quoted line
    | [-_=*]{2,}[ \t]*(?:original|ursprung|vidarebefordra|forward|svar|reply)
    | [-_]{10,}[ \t]*$                                             # a line across the page
    | \*?(?:från|from|fra|avsändare|von)[ \t]?:\*?                 # the head of the quoted mail
    | (?:begin\ forwarded\ message|vidarebefordrat\ (?:brev|meddelande))\b
    | (?:den|on|am)\b[^\n]{0,200}(?:\b20\d\d\b|\d:\d\d|@)           # who wrote when, perhaps on two lines
    | [^\n]{0,300}\b(?:skrev|wrote|schrieb)\b[^\n]{0,300}:[ \t]*$
    | [^\n]{0,300}\bskrev[ \t]+[^\n]{0,300}[<@]
    )
    """,
    re.IGNORECASE | re.MULTILINE | re.VERBOSE,
)
_LINK = re.compile(r"https?://[^\s/]{1,255}/(?:[^\s/]{1,100}/){0,5}l/")


def own_codes(text: str) -> tuple[str, ...]:
    """Reply codes in a person's own words: what machines send, and answers too, quote our letter with its code."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    quotation = _STARTS.search(text)
    own = text[: quotation.start()] if quotation else text
    codes = codes_in(own)
    if _LINK.search(own):  # our letter stands there without any sign: its code must stand there once more
        return tuple(code for code in codes if own.upper().count(code) > 1)
    return codes
