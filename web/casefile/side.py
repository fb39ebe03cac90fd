"""What stands beside a case: the codes of the incident, who is involved, evidence, who was told, ties to others."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import quote

from desk import evidence
from i18n import day, label, when
from i18n.sentences import inside
from models.access import DUTY
from models.sight import roles_in
from models.vocabulary.case import Answer
from storage.tables import ScanState
from web.casefile.reader import reader
from web.casefile.told import told

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterable, Iterator
    from datetime import datetime
    from enum import StrEnum

    from desk.casefile import CaseFile
    from i18n import Words
    from storage.evidence import Piece
    from storage.reads import Reader
    from web.visit import Visit


READERS = 40
"""Of those who read the case last."""


@dataclass(frozen=True)
class Thing:
    """A piece of evidence in a list."""

    path: str
    name: str
    about: str
    digest: str
    scan: str
    """What the virus scanner said, in words."""
    quarantined: bool
    custody: str


async def side(visit: Visit, file: CaseFile) -> dict[str, object]:
    """All of it; nothing for those who see the headline alone."""
    if not file.view.whole:
        return {}
    return {
        "facts": list(_facts(file, visit.t)),
        "involved": [one async for one in _involved(file, visit.t)],
        "evidence": [_thing(piece, visit.t) for piece in await evidence.handed_in(file.desk, file.ref)],
        "told": await told(file, visit.t),
        "links": await file.links(),
        "reach": [one async for one in reach(file, visit.t)],
        "may_resend": may_resend(file),
        "readers": [one async for one in _readers(file, visit.t)],
    }


def may_resend(file: CaseFile) -> bool:
    """Whether this person may send a message of the case once more: whoever works on it."""
    return file.view.whole and not file.past and not roles_in(file.actor, file.case).isdisjoint(DUTY)


async def reach(file: CaseFile, t: Words) -> AsyncIterator[tuple[str, str, str]]:
    """Term, address and where a click leads: how to reach whoever reported last."""
    told = await file.reports(await file.events(types=["reported", "report_merged"]))
    for report in [*told.values()][-1:]:
        its = report.reach
        for key, text, scheme in (
            ("case.said_name", its.name, ""),
            ("case.said_telephone", its.telephone, "tel:"),
            ("case.said_email", its.email, "mailto:"),
            ("case.said_secure_inbox", its.secure_inbox, ""),
            ("case.said_other", its.other, ""),
            ("case.said_safe_time", its.safe_time, ""),
        ):
            if text:
                yield t(key), text, f"{scheme}{quote(''.join(text.split()), safe='+@')}" if scheme else ""


async def _readers(file: CaseFile, t: Words) -> AsyncIterator[tuple[str, str, datetime]]:
    """Who has read the case, each person once, the last first: name, in which role, when."""
    last: dict[str, Reader] = {}
    for one in await file.readers():
        last.setdefault(one.user, one)
    last = dict([*last.items()][:READERS])
    names = await file.names(last)
    for code, one in last.items():
        role = label(one.role, t) if one.role else ""
        yield reader(code, names, t), role, one.last


def _facts(file: CaseFile, t: Words) -> Iterator[tuple[str, str]]:
    """Term and what is said of it; what is unknown is left out."""
    it = file.case
    incident = it.incident
    yield t("case.reported"), when(it.reported, t)
    for key, codes in {
        "field.incident.kinds": incident.kinds,
        "field.incident.channels": incident.channels,
        "field.incident.places": incident.places,
        "field.incident.purposes": incident.purposes,
        "field.incident.matter": (incident.matter,),
        "field.incident.assignments": incident.assignments,
        "field.incident.actor_category": (incident.actor_category,),
        "field.incident.actor_identity": (incident.actor_identity,),
        "field.incident.consequences": incident.consequences,
    }.items():
        if known := [code for code in codes if code.value != Answer.UNKNOWN.value]:
            yield t(key), _listed(known, t)
    if incident.meeting_day:
        yield t("field.incident.meeting_day"), day(incident.meeting_day, t)
    if file.case.risk.assessments:
        yield t("case.assessments"), "; ".join(_assessments(file, t))
    if it.police.decision:
        yield t("case.police"), label(it.police.status or it.police.decision, t)
    if order := it.police.restraining_order:
        until = f", {t('case.until', day=day(order.until, t))}" if order.until else ""
        yield t("field.update_police.restraining_order"), f"{label(order.state, t)}{until}"
    if it.measures:
        yield t("case.measures"), _listed_measures(file, t)
    if it.closing:
        yield t("case.closing"), label(it.closing.reason, t)
    yield t("case.routine"), f"{file.routine.name}, {it.routine.version}"


def _assessments(file: CaseFile, t: Words) -> Iterator[str]:
    for one in file.case.risk.assessments[-3:]:
        state = (
            "case.assessment_confirmed"
            if one.approved_by
            else "case.assessment_rejected"
            if one.rejected_by
            else "case.assessment_waits"
            if one.waiting
            else "case.assessment"
        )
        yield t(state, seq=one.number, level=inside(label(one.level, t)), at=when(one.at, t))


def _listed_measures(file: CaseFile, t: Words) -> str:
    return ", ".join(f"{label(one.kind, t)} ({inside(label(one.state, t))})" for one in file.case.measures)


async def _involved(file: CaseFile, t: Words) -> AsyncIterator[tuple[str, str]]:
    it = file.case
    names = await file.names([*it.named, *it.blocked_people, *it.accepted, *((it.handler,) if it.handler else ())])
    yield t("case.handler"), names[it.handler] if it.handler else t("case.nobody")
    if it.protected:
        yield t("case.named"), ", ".join(sorted(names[one] for one in it.named)) or t("case.nobody")
    if it.accepted:
        yield t("case.accepted"), ", ".join(sorted(names[one] for one in it.accepted))
    if it.blocked_people or it.blocked_roles:
        kept_out = [*(label(role, t) for role in sorted(it.blocked_roles)), *(names[one] for one in it.blocked_people)]
        yield t("case.blocked"), ", ".join(kept_out)
    yield t("case.consents"), _listed(sorted(it.consents), t) if it.consents else t("case.none")
    if it.hand_over:
        state = "case.handed_over" if it.hand_over.accepted else "case.offered"
        yield t("case.hand_over"), t(state, to=it.hand_over.to)


def _listed(codes: Iterable[StrEnum], t: Words) -> str:
    first, *rest = (label(code, t) for code in codes)
    return ", ".join([first, *map(inside, rest)])


def _thing(piece: Piece, t: Words) -> Thing:
    return Thing(
        path=f"/evidence/{piece.id}",
        name=piece.name or t("case.unnamed_file"),
        about=f"{piece.type}, {_size(piece.size)}, {when(piece.received, t)}",
        digest=piece.digest,
        scan=t(f"ends.scan_{piece.scan}", found=piece.found or ""),
        quarantined=piece.scan is ScanState.INFECTED,
        custody=f"/arenden/{piece.case}/bevis/{piece.id}",
    )


def _size(size: int) -> str:
    if size < 1000:  # noqa: PLR2004 - as sizes are written
        return f"{size} B"
    return f"{size / 1000:.0f} kB" if size < 1_000_000 else f"{size / 1_000_000:.1f} MB"  # noqa: PLR2004
