"""Who may see which case, asked of the database: the same answer as `models.sight.sight`, for all cases at once."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import and_, exists, false, func, not_, or_, select, true

from models.sight import CASEWORKERS, HEADLINE_READERS, PREVENTERS, reviewers
from models.vocabulary.case import CaseKind, Level
from models.vocabulary.people import Role
from storage import tables
from storage.tables import Relation

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import datetime

    from sqlalchemy import ColumnElement

    from models.case import Case
    from models.message import Actor

    Rule = ColumnElement[bool]

FORM = 1
"""What the rows of `cases` and `case_relations` look like now. Whoever changes what is written there counts it up:
rows of another form are seen by nobody until they are rebuilt."""
ROW = tables.cases.c


class Way(NamedTuple):
    """One way to see cases: which, and of which of these the whole."""

    sees: Rule
    whole: Rule
    broad: bool = False
    """They see the whole of nearly all of them."""


def visible_to(actors: Actor | Sequence[Actor], now: datetime) -> Rule:
    """Whether they see anything of a case: `sight(actor, case, now) is not Sight.NOTHING`.

    :param actors: somebody, or somebody in each organisation they act in, home first: a case there is judged by what
        they are there alone.
    """
    return or_(*(way.sees for way in ways_to_see(actors, now)))


def whole_to(actors: Actor | Sequence[Actor], now: datetime) -> Rule:
    """Whether they see the whole of a case: `sight(actor, case, now) is Sight.WHOLE`."""
    return or_(*(and_(way.sees, way.whole) for way in ways_to_see(actors, now)))


def ways_to_see(actors: Actor | Sequence[Actor], now: datetime) -> list[Way]:
    """`visible_to` in parts, each of which an index answers in order; no case is seen in two ways."""
    several = _each(actors)
    home, theirs = several[0], [one.organisation for one in several]
    receives = true() if _roles(home) & CASEWORKERS else _handling(home)
    offered = and_(ROW.form == FORM, ROW.handed_to == home.organisation, ROW.organisation.not_in(theirs))
    ways = [way for one in several for way in _at_home(one, now)]
    return [*ways, Way(and_(offered, _not_kept_out(home), receives), false())]


def relations(case: Case) -> list[dict[str, object]]:
    """The rows that say who is tied to a case or kept out of it."""
    open_until = {glass.by: glass.until for glass in sorted(case.glasses, key=lambda one: one.until)}
    tied = [
        *((Relation.NAMED, code, None) for code in sorted(case.named)),
        *((Relation.BLOCKED, code, None) for code in sorted(case.blocked_people)),
        *((Relation.BLOCKED_ROLE, role.value, None) for role in sorted(case.blocked_roles)),
        *((Relation.GLASS, code, until) for code, until in sorted(open_until.items())),
        *((Relation.REVIEWER, role.value, None) for role in sorted(reviewers(case))),
    ]
    whose = {"case": case.ref, "organisation": case.organisation}
    return [whose | {"relation": relation, "subject": subject, "until": until} for relation, subject, until in tied]


def named(actors: Actor | Sequence[Actor]) -> Rule:
    """Whether somebody is among the named people of a case with protected identity."""
    return _related(Relation.NAMED, {_each(actors)[0].id})


def _each(actors: Actor | Sequence[Actor]) -> Sequence[Actor]:
    return actors if isinstance(actors, list | tuple) else [actors]  # type: ignore[list-item]


def _at_home(actor: Actor, now: datetime) -> list[Way]:
    """Cases of the actor's own organisation."""
    roles, its = _roles(actor), tables.case_relations.c
    open_to_all = and_(ROW.form == FORM, ROW.organisation == actor.organisation, _not_kept_out(actor))
    known = or_(ROW.protected.is_(False), _knows(actor))
    broken = and_(its.relation == Relation.GLASS, its.subject == actor.id, its.until > now)
    reviews = and_(its.relation == Relation.REVIEWER, its.subject.in_(sorted(roles)))
    tied = ROW.ref.in_(select(its.case).where(or_(broken, reviews)))
    glass = ROW.ref.in_(select(its.case).where(broken))
    whole = or_(glass, and_(known, _wholly(actor)))
    if roles & (CASEWORKERS | HEADLINE_READERS):
        return [Way(and_(open_to_all, or_(known, tied)), whole, bool(roles & CASEWORKERS))]
    theirs = and_(_handling(actor), known)
    others = and_(tied, not_(func.coalesce(theirs, false())))
    return [Way(and_(open_to_all, theirs), true()), Way(and_(open_to_all, others), whole)]


def _not_kept_out(actor: Actor) -> Rule:
    """Nobody who is blocked, or holds a blocked role."""
    blocked = _related(Relation.BLOCKED, {actor.id})
    if actor.roles:
        blocked = or_(blocked, _related(Relation.BLOCKED_ROLE, actor.roles))
    return or_(ROW.restricted.is_(False), ~blocked)


def _wholly(actor: Actor) -> Rule:
    """Of the cases they know of."""
    roles = _roles(actor)
    if roles & CASEWORKERS:
        return true()
    prevents = ROW.kind == CaseKind.PREVENTION if roles & PREVENTERS else false()
    on_duty = ROW.pace == Level.ACUTE if Role.DUTY_OFFICER in roles else false()
    return or_(prevents, on_duty, _handling(actor))


def _knows(actor: Actor) -> Rule:
    """Of a protected identity: the named, and who is told of it without being named."""
    roles = _roles(actor)
    ways: list[Rule] = [_related(Relation.NAMED, {actor.id})]
    if Role.SECURITY_CHIEF in roles:  # not blocked, or it would be kept out
        ways.append(true())
    if Role.DEPUTY in roles:
        ways += [ROW.deputised, _related(Relation.BLOCKED_ROLE, {Role.SECURITY_CHIEF})]
    if Role.DUTY_OFFICER in roles:
        ways.append(ROW.pace == Level.ACUTE)
    return or_(*ways)


def _handling(actor: Actor) -> Rule:
    """The case is theirs, and handlers are not kept out of it."""
    kept_out = and_(ROW.restricted, _related(Relation.BLOCKED_ROLE, {Role.HANDLER}))
    return and_(ROW.handler == actor.id, ~kept_out)


def _roles(actor: Actor) -> frozenset[Role]:
    """Roles that hold in every case: the handler's is that of one."""
    return actor.roles - {Role.HANDLER}


def _related(relation: Relation, subjects: Collection[str]) -> Rule:
    its = tables.case_relations.c
    return exists().where(its.case == ROW.ref, its.relation == relation, its.subject.in_(sorted(subjects)))
