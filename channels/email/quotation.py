"""Where a person's own words end and what they answer begins."""

from __future__ import annotations

import re

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
    | [^\n]{0,300}https?://\S{1,300}/l/                            # our own link: it is our own letter
    )
    """,
    re.IGNORECASE | re.MULTILINE | re.VERBOSE,
)


def own_words(text: str) -> str:
    """What stands above the first quotation. Bounces, auto-replies and answers quote our letter with its code."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    quotation = _STARTS.search(text)
    return text[: quotation.start()] if quotation else text
