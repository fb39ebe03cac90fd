"""The readable report of a package: what happened when, who read it, and how to check all of it. PDF/A, accessible."""

from __future__ import annotations

from typing import TYPE_CHECKING

from desk.paper import PAGE, PAGES, Paper, Row, Section, pdf
from i18n import event_text, label, when
from models.evolve import evolve_all
from models.outside import RESERVED

if TYPE_CHECKING:
    from collections.abc import Iterator

    from audit.package.contents import Contents
    from audit.package.gathered import CaseRecord
    from i18n import Words

MOST_READS = 200
"""Lines of the reading log in the report; all of them stand in `access.jsonl`."""


def render(its: Contents) -> bytes:
    """The report as PDF; raises `desk.paper.NotSet`."""
    t, gathered = its.words, its.gathered
    several = len(gathered.cases) > 1
    title = t("package.title_several", number=len(gathered.cases)) if several else gathered.cases[0].ref
    lead = [t("package.identified" if its.asked.identified else "package.pseudonymised"), t("package.how_to_verify")]
    paper = Paper(
        title=t("package.title", subject=title),
        author=gathered.name,
        mark=t("package.mark", organisation=gathered.name, at=when(gathered.at, t)),
        page=t("paper.page", page=PAGE, pages=PAGES),
        blank=t("paper.blank"),
        sections=tuple(_sections(its)),
        lead=tuple(lead),
    )
    return pdf(paper, t, gathered.at)


def _sections(its: Contents) -> Iterator[Section]:
    t = its.words
    for case in its.gathered.cases:
        yield Section(
            t("package.case", case=case.ref), rows=(tuple(_facts(its, case)),), points=tuple(_events(its, case))
        )
    reads = its.gathered.reads
    yield Section(t("package.reads"), says=(t("package.reads_number", number=len(reads)),), points=tuple(_reads(its)))
    last = its.gathered.checkpoints[-1]
    proof = (
        Row(t("package.checkpoint"), last.note, mono=True),
        Row(t("package.entries"), str(sum(len(case.entries) for case in its.gathered.cases))),
        Row(t("package.tree_size"), str(last.size)),
    )
    yield Section(t("package.proof"), rows=(proof,))


def _facts(its: Contents, case: CaseRecord) -> Iterator[Row]:
    t = its.words
    yield Row(t("package.first"), when(case.entries[0].recorded, t))
    yield Row(t("package.last"), when(case.entries[-1].recorded, t))
    if case.erased:
        yield Row(t("package.state"), t("package.erased"))
        return
    state = evolve_all(list(case.events))
    yield Row(t("package.level"), label(state.level, t) if state.level else t("package.no_level"))
    yield Row(t("package.state"), t("package.closed" if state.closed else "package.open"))
    yield Row(t("package.routine"), state.routine.version)
    yield Row(t("package.routine_digest"), state.routine.digest, mono=True)
    yield Row(t("package.attachments"), str(len(case.pieces)))


def _events(its: Contents, case: CaseRecord) -> Iterator[str]:
    t = _local(its, case)
    events = {event.seq: event for event in case.events}
    for entry in case.entries:
        event = events.get(entry.seq)
        happened = its.name(event_text(event, t)) if event else entry.type
        values = {"seq": entry.seq, "at": when(entry.at, t), "actor": _actor(its, entry.actor), "happened": happened}
        yield t("package.event", **values)


def _local(its: Contents, case: CaseRecord) -> Words:
    """The words of the routine that the case follows now."""
    digest = evolve_all(list(case.events)).routine.digest if case.events else ""
    texts = next((one.texts for one in its.gathered.routines if one.ref.digest == digest), {})
    return its.words.local(texts)


def _actor(its: Contents, code: str) -> str:
    """Who it was; what happens by itself, or comes from outside, in words."""
    return its.words(f"package.by_{code}") if code in RESERVED else its.name(code)


def _reads(its: Contents) -> Iterator[str]:
    t = its.words
    for one in its.gathered.reads[:MOST_READS]:
        why = t.code("role", one.role) if one.role else t.code("read_ground", one.ground)
        yield t("package.read", at=when(one.at, t), case=one.case, reader=its.name(one.user), why=why)
