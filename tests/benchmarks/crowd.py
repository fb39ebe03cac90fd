"""A crowd of cases in the read model: as many as wanted, of every kind, within a minute. All of it is invented.

`await fill(database, ring, routine, 100_000)` for an organisation that stands there already with its people. All cases
are valid states with keys of their own; a ledger behind them have only those that `record` wrote.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import Random
from typing import TYPE_CHECKING, Any

from sqlalchemy import Table, insert

from models.case import Case, Closing, HandOver, IncidentFacts, Link, Pace
from models.context import Context
from models.decide import decide, open_case
from models.evolve import evolve, evolve_all
from models.message import Actor
from models.obligations import obligations
from models.stages.intake import Reported, Triage
from models.vocabulary.case import (
    Answer,
    CaseKind,
    ClosureReason,
    Level,
    LinkReason,
    Stage,
    TriageOutcome,
)
from models.vocabulary.incident import IncidentChannel, IncidentKind, Matter, Place
from models.vocabulary.people import Role
from storage import cases, reading, tables, terms
from storage.keys import KEY, DataKey
from storage.obligations import Owed
from storage.tables import TermKind

if TYPE_CHECKING:
    from collections.abc import Sequence

    from models.obligations import Obligation
    from models.routine import Routine
    from storage.database import Database
    from storage.keys import KeyRing

SHAPES = 1500
"""Different cases; the others are like one of them but for their number and key."""
BATCH = 5_000
YEAR = 2025
"""No real series of the year in which it runs is touched."""
TABLES = (tables.case_keys, tables.cases, tables.obligations, tables.case_relations, tables.search_terms)
COMMON, USUAL = "hot", ("brev", "telefon", "möte", "granne", "bil", "butik", "fönster", "skrek", "natt", "hund")
"""Words that stand in every case, and in a fifth of them."""
PREFIX = {CaseKind.INCIDENT: "FV", CaseKind.PREVENTION: "FB"}


@dataclass(frozen=True)
class Shape:
    """One case and what it owes."""

    case: Case
    owed: tuple[Obligation, ...]


@dataclass(frozen=True)
class Crowd:
    """What was filled in: all references, and some of each sort."""

    organisation: str
    refs: tuple[str, ...]
    open: tuple[str, ...]


async def fill(
    database: Database,
    ring: KeyRing,
    routine: Routine,
    size: int,
    *,
    handlers: Sequence[str] = ("granvik-sakerhetschef",),
    now: datetime | None = None,
    seed: int = 1,
    rare: float = 1,
) -> Crowd:
    """Fill in that many cases of the routine's organisation: half of them open, a few protected, barred or offered.

    :param handlers: whose cases they are, beside those without a handler.
    :param now: the time around which their deadlines lie.
    :param rare: how many times more often what is rare comes, so that a small crowd has some of it.
    """
    random = Random(seed)
    forms = {table: Form(database, table) for table in TABLES}
    async with database.reading() as session:
        key = await terms.key_of(session, ring, routine.organisation)
    moulds = []
    for number in range(min(SHAPES, size)):
        hashes = {terms.hash_of(key, terms.stem(word)) for word in written(random, number)} if key else set()
        moulds.append(Mould.of(forms, shape(random, routine, handlers, now or datetime.now(UTC), rare), hashes))
    refs: list[str] = []
    still_open: list[str] = []
    for begin in range(0, size, BATCH):
        rows: dict[Table, list[tuple[Any, ...]]] = {table: [] for table in TABLES}
        for number in range(begin, min(begin + BATCH, size)):
            like = random.choice(moulds)
            ref = f"{routine.organisation}-{PREFIX[like.case.kind]}-{YEAR}-{number + 1:05}"
            refs.append(ref)
            if not like.case.closed:
                still_open.append(ref)
            like.cast(rows, ring, ref)
        async with database.writing() as session:
            connection = await session.connection()
            for table, its in rows.items():
                if its:
                    await connection.exec_driver_sql(forms[table].sql, its)
    async with database.writing() as session:
        connection = await session.connection()
        await connection.exec_driver_sql("ANALYZE")
    return Crowd(routine.organisation, tuple(refs), tuple(still_open))


class Form:
    """A table as its driver wants it told: the statement, and values turned into its own only once for each mould."""

    def __init__(self, database: Database, table: Table) -> None:
        dialect = database.engine.dialect
        compiled = insert(table).compile(dialect=dialect)
        self.sql = str(compiled)
        self.names = list(compiled.positiontup or ())
        self._turned = {column.name: column.type.dialect_impl(dialect).bind_processor(dialect) for column in table.c}

    def row(self, values: dict[str, Any]) -> list[Any]:
        """The values in order."""
        return [turn(values[name]) if (turn := self._turned[name]) else values[name] for name in self.names]


@dataclass(frozen=True)
class Mould:
    """A case ready to be cast again and again: all that differs is its number and key."""

    case: Case
    state: bytes
    brief: bytes
    rows: dict[Table, list[list[Any]]]
    places: dict[Table, dict[str, int]]

    @classmethod
    def of(cls, forms: dict[Table, Form], like: Shape, hashes: set[str]) -> Mould:
        """Out of one case, to be found by these terms."""
        case, key = like.case, DataKey(bytes(KEY))
        row = cases.row_of(key, case, () if case.closed else like.owed)
        owed = [vars(Owed.of(one)) for one in like.owed if one.open and not case.closed]
        whose = {
            "organisation": case.organisation,
            "scope": case.ref,
            "master": "",
            "wrapped": b"",
            "destroyed_at": None,
        }
        made: dict[Table, list[dict[str, Any]]] = {
            tables.case_keys: [whose],
            tables.cases: [row],
            tables.obligations: owed,
            tables.case_relations: reading.relations(case),
            tables.search_terms: [
                {"term": term, "case": case.ref, "kind": TermKind.TEXT, "organisation": case.organisation}
                for term in hashes
            ],
        }
        return cls(
            case,
            case.model_dump_json().encode(),
            key.decrypt(row["brief"], cases.brief_context(case.ref)),  # type: ignore[arg-type]
            {table: [forms[table].row(one) for one in its] for table, its in made.items()},
            {table: {name: at for at, name in enumerate(forms[table].names)} for table in made},
        )

    def cast(self, rows: dict[Table, list[tuple[Any, ...]]], ring: KeyRing, ref: str) -> None:
        """One more case like it."""
        key, active = DataKey(secrets.token_bytes(KEY)), ring.masters.active
        own = f'"ref":"{ref}"'.encode()
        changes: dict[Table, dict[str, Any]] = {
            tables.case_keys: {
                "scope": ref,
                "master": active,
                "wrapped": key.wrapped(ring.masters.keys[active], ref),
            },
            tables.cases: {
                "ref": ref,
                "state": key.encrypt(self.state.replace(f'"ref":"{self.case.ref}"'.encode(), own, 1), f"{ref}/state"),
                "brief": key.encrypt(self.brief, cases.brief_context(ref)),
            },
            tables.obligations: {"case": ref},
            tables.case_relations: {"case": ref},
            tables.search_terms: {"case": ref},
        }
        for table, changed in changes.items():
            for one in self.rows[table]:
                row, places = list(one), self.places[table]
                for name, value in changed.items():
                    row[places[name]] = value
                rows[table].append(tuple(row))


def written(random: Random, number: int) -> set[str]:
    """What was written in a case: words of all, of many, and of few cases."""
    return {COMMON, *random.sample(USUAL, 2), rare_word(number)}


def rare_word(number: int) -> str:
    """A word of few cases: of one mould."""
    return "säll" + "".join(chr(97 + int(digit)) for digit in f"{number:05}")


def shape(random: Random, routine: Routine, handlers: Sequence[str], now: datetime, rare: float = 1) -> Shape:
    """A case that could be one: decided and evolved by the rules, then varied in what lists ask."""
    kind = CaseKind.PREVENTION if random.random() < 0.05 else CaseKind.INCIDENT
    level = random.choices(list(Level), [40, 35, 20, 5])[0]
    reported = now - timedelta(minutes=random.randrange(60, 60 * 24 * 60))
    incident = IncidentFacts(
        kinds=tuple(random.sample([one for one in IncidentKind if one is not IncidentKind.PREVENTION], 2)),
        channels=(random.choice(list(IncidentChannel)),),
        places=(random.choice(list(Place)),),
        matter=random.choice(list(Matter)),
        protected_identity=Answer.YES if random.random() < 0.02 * rare else Answer.UNKNOWN,
        meeting_day=(now + timedelta(days=random.randrange(60))).date() if kind is CaseKind.PREVENTION else None,
    )
    code = routine.organisation
    ref = f"{code}-{PREFIX[kind]}-{YEAR}-00000"
    fact = Reported(
        organisation=code,
        kind=kind,
        report=secrets.token_hex(16),
        incident=incident,
        presumed=level,
        routine=routine.ref,
    )
    chief = Actor(id="crowd", organisation=code, roles=frozenset({Role.SECURITY_CHIEF}))
    case = evolve(None, open_case(ref, fact, Context(reported, chief, routine), reported))
    if random.random() < 0.8 and kind is CaseKind.INCIDENT:
        seen = reported + timedelta(minutes=random.randrange(5, 50))
        triage = Triage(id="triage", outcome=TriageOutcome.OPEN, level=level, text="Läst.")
        case = evolve_all(decide(case, triage, Context(seen, chief, routine)), case)
    return Shape(case := _varied(random, case, handlers, now, rare), tuple(obligations(case, routine)))


def _varied(random: Random, case: Case, handlers: Sequence[str], now: datetime, rare: float) -> Case:
    changes: dict[str, Any] = {}
    if random.random() < 0.7:
        changes["handler"] = random.choice(handlers)
    if random.random() < 0.03 * rare:
        changes["blocked_people"] = frozenset({random.choice(["crowd-kin", *handlers])})
    if random.random() < 0.02 * rare:
        changes["blocked_roles"] = frozenset({random.choice([Role.CHIEF_EXECUTIVE, Role.DEPUTY, Role.REGISTRAR])})
    if case.protected:
        changes["named"] = frozenset({random.choice(handlers)})
    if random.random() < 0.01 * rare:
        changes["hand_over"] = HandOver(to="9999", offered=now)
    if random.random() < 0.1:
        others = (f"{case.ref[:-5]}{random.randrange(1, 1000):05}" for _ in range(3))
        changes["links"] = tuple(Link(case=other, reason=random.choice(list(LinkReason))) for other in others)
    if random.random() < 0.5:
        ended = case.updated + timedelta(days=1)
        changes["closing"] = Closing(proposed=ended, reason=ClosureReason.QUIET_PERIOD, closed=ended)
        changes["stages"] = Case.done(*Stage)
    elif random.random() < 0.1:
        changes["paces"] = (*case.paces, Pace(level=Level.ACUTE, at=now))
    return case.model_copy(update=changes)
