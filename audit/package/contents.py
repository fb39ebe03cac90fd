"""The files of a package, from what was gathered: who is who left out, unless it was decided otherwise. Pure."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import UTC
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from audit.package import verifier
from audit.package.paper import render
from audit.package.verifier import canonical
from i18n import LANGUAGES, words
from models.review import Pseudonyms, in_codes
from storage.access_chain import FORM

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime

    from audit.package.gathered import CaseRecord, Gathered
    from i18n import Words
    from models.events import Event
    from storage.access_chain import Link
    from storage.chain import Entry

PACKAGE_FORM = "varna-package-v1"
SAID = (
    "wrong",
    "broken",
    "whole",
    "added",
    "changed",
    "does_not_extend",
    "gap",
    "hash_differs",
    "missing",
    "not_in_tree",
    "not_signed",
    "truncated",
    "twice",
    "unlinked",
    "unreadable",
    "zip_changed",
)
"""What `verify.py` may have to say."""


@dataclass(frozen=True)
class Asked:
    """Who wants a package, why, and whether people are known by name in it."""

    by: str
    reason: str
    identified: bool = False
    decision: str = ""
    """Where the decision stands that they may be."""
    period: tuple[datetime, datetime] | None = None


class Contents:
    """The files, made one by one; people have the same name in all of them."""

    def __init__(
        self,
        gathered: Gathered,
        asked: Asked,
        shown: Words,
        histories: Mapping[str, bytes] | None = None,
        lacking: Mapping[str, str] | None = None,
    ) -> None:
        self.gathered, self.asked, self.words = gathered, asked, shown
        self._histories, self._lacking = histories or {}, lacking or {}
        self._names = Pseudonyms(() if asked.identified else gathered.people)

    @cached_property
    def files(self) -> dict[str, bytes]:
        """Each file by its name, but for manifest and signature."""
        made = dict(self._cases())
        made |= self._histories
        made["access.jsonl"] = b"".join(canonical(self._read(one)) for one in self.gathered.reads)
        made["tree.json"] = canonical(self._tree())
        numbers = {one.number for one in self.gathered.checkpoints}
        made |= {f"stamps/{number}.tsr": token for number, token in self.gathered.stamps.items() if number in numbers}
        for routine in self.gathered.routines:
            # Byte by byte what the digest is over.
            made[f"routines/{routine.ref.digest}.json"] = canonical(routine.model_dump(mode="json"))[:-1]
        made["package.json"] = canonical(self._said())
        made["people.json"] = canonical(self._people())
        made["report.pdf"] = render(self)
        made["words.json"] = canonical({code: _verifier_words(code) for code in LANGUAGES})
        made["verify.py"] = Path(verifier.__file__).read_bytes()
        made["README.txt"] = "\n\n".join(words(code)("package.readme") for code in LANGUAGES).encode() + b"\n"
        return made

    @property
    def names(self) -> dict[str, str]:
        """Code and pseudonym of everybody who has one in these files."""
        return dict(self._names.given)

    def name(self, code: str) -> str:
        """What somebody is called in this package."""
        return str(self._names.of(code))

    def _cases(self) -> Iterator[tuple[str, bytes]]:
        for case in self.gathered.cases:
            events = {event.seq: event for event in case.events}
            lines = (canonical(self._entry(entry, events.get(entry.seq))) for entry in case.entries)
            yield f"cases/{case.ref}/ledger.jsonl", b"".join(lines)
            yield f"cases/{case.ref}/attachments.jsonl", b"".join(map(canonical, self._attachments(case)))

    def _entry(self, entry: Entry, event: Event | None) -> dict[str, Any]:
        line: dict[str, Any] = {
            "algorithm": entry.algorithm,
            "case": entry.case,
            "seq": entry.seq,
            "organisation": entry.organisation,
            "at": _moment(entry.at),
            "recorded": _moment(entry.recorded),
            "actor": entry.actor,
            "cause": entry.cause,
            "type": entry.type,
            "sealed": hashlib.sha256(entry.body or b"").hexdigest(),
            "previous": entry.previous,
            "hash": entry.hash,
        }
        line = self._hidden(line, ("actor", "cause"))
        if event is None:
            return line | {"data": None}
        data = event.data.model_dump(mode="json") if self.asked.identified else self._names.of(in_codes(event.data))
        return line | {"data": data}

    def _read(self, link: Link) -> dict[str, Any]:
        line = vars(link) | {"form": FORM, "at": _moment(link.at)}
        return self._hidden(line, ("user", "what", "source", "reference"))

    def _hidden(self, line: dict[str, Any], fields: tuple[str, ...]) -> dict[str, Any]:
        """The line with people's codes replaced, and which fields of it that are in its hash."""
        shown = {name: self._names.of(line[name]) for name in fields}
        return line | shown | {"hidden": [name for name in fields if shown[name] != line[name]]}

    def _attachments(self, case: CaseRecord) -> Iterator[dict[str, Any]]:
        for one in case.pieces:
            its = {"id": one.id, "received": _moment(one.received), "size": one.size, "sha256": one.digest}
            said = {"name": one.name, "note": one.note} if self.asked.identified else {}
            yield its | {"type": one.type, "by": self.name(one.by), "state": one.state.value} | said

    def _tree(self) -> dict[str, Any]:
        tree, notes, before = self.gathered.tree, [], 0
        for one in self.gathered.checkpoints:
            proof = tree.consistency_proof(before, one.size) if before else []
            notes.append([one.note, [part.hex() for part in proof]])
            before = one.size
        size = self.gathered.checkpoints[-1].size
        leaves = {
            case.ref: [
                [one.position, [part.hex() for part in tree.inclusion_proof(one.position, size)]] for one in case.places
            ]
            for case in self.gathered.cases
        }
        return {"checkpoints": notes, "leaves": leaves}

    def _said(self) -> dict[str, Any]:
        its, asked = self.gathered, self.asked
        period = [_moment(one) for one in asked.period] if asked.period else None
        heads = {case.ref: [case.entries[-1].seq, case.entries[-1].hash] for case in its.cases}
        return {
            "form": PACKAGE_FORM,
            "organisation": its.organisation,
            "name": its.name,
            "made": _moment(its.at),
            "by": self.name(asked.by),
            "reason": asked.reason,
            "identified": asked.identified,
            "decision": asked.decision,
            "period": period,
            "heads": heads,
            "without_history": dict(sorted(self._lacking.items())),
            "erased": [case.ref for case in its.cases if case.erased],
        }

    def _people(self) -> dict[str, Any]:
        """Whoever was met in the other files, with the roles they hold at home; by name only if that was decided."""
        met = self._names.given if not self.asked.identified else {code: code for code in self._met()}
        found: dict[str, dict[str, Any]] = {}
        for code, shown in met.items():
            its = self.gathered.people[code]
            found[shown] = {"organisation": its.organisation, "roles": sorted(its.roles)}
            if self.asked.identified:
                found[shown]["name"] = its.contact.name if its.contact else None
        return found

    def _met(self) -> list[str]:
        actors = {entry.actor for case in self.gathered.cases for entry in case.entries}
        readers = {one.user for one in self.gathered.reads}
        return sorted((actors | readers | {self.asked.by}) & self.gathered.people.keys())


def _verifier_words(language: str) -> dict[str, str]:
    said = words(language)
    return {code: said(f"verify.{code}") for code in SAID}


def _moment(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="microseconds")
