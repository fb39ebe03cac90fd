"""Two officers at once: what happened in a case while somebody filled in a form, and whether it matters to them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from models.message import CLOCK, WORLD
from web.casefile.timeline import Line, line_of, spoken_of

if TYPE_CHECKING:
    from desk.casefile import CaseFile
    from i18n import Words
    from models.message import Command

WHATEVER_HAPPENED = frozenset(
    {
        "acknowledge",
        "add_evidence",
        "add_incident",
        "add_note",
        "answer_information",
        "ask_information",
        "block_role",
        "contact_affected",
        "end_drill",
        "escalate",
        "give_consent",
        "identify_affected",
        "link",
        "log_follow_up",
        "merge_report",
        "withdraw_consent",
    }
)
"""Tells of something that is so whatever others did: it is never held up."""


async def meanwhile(file: CaseFile, command: Command, seq: str, words: Words) -> list[Line] | None:
    """What other people did since the form was made; None if nothing did, or if it is all the same to this command.

    :param seq: the event after which the form was made.
    """
    if not re.fullmatch(r"[0-9]{1,9}", seq) or command.name() in WHATEVER_HAPPENED:
        return None
    since = int(seq)
    if since >= file.case.seq:
        return None
    events = await file.events(since=since)
    if any(event.cause == command.id for event in events):
        return None  # done already; the same id is answered as the first time
    told = [event for event in events if event.actor not in {CLOCK, WORLD}]
    if not told:
        return None
    names = await file.names(spoken_of(told))
    return [line_of(event, file, words, names, {}) for event in told]
