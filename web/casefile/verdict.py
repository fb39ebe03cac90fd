"""What a level follows from, as the answers stand: the floor, why, what a human should consider, who else decides."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from i18n import label
from i18n.sentences import inside
from models.risk import because, floor_of, prompts
from models.stages.risk import is_head
from models.vocabulary.case import Answer, Level

if TYPE_CHECKING:
    from desk.casefile import CaseFile
    from i18n import Words
    from models.context import Context
    from web.forms.values import Values

GROUPS = {
    "act": "case.factors_act",
    "actor": "case.factors_actor",
    "affected": "case.factors_affected",
    "situation": "case.factors_situation",
    "mitigating": "case.factors_mitigating",
}
PROMPTS = {Level.ACUTE: "case.prompt_acute", Level.HIGH: "case.prompt_high"}


@dataclass(frozen=True)
class Verdict:
    """What the answers say. `chosen`: what follows from the level that is chosen."""

    floor: Level
    because: tuple[str, ...]
    prompts: tuple[str, ...]
    chosen: tuple[str, ...]


def answers(held: Values) -> dict[str, Answer]:
    """The factors answered so far."""
    given = {name.removeprefix("factors."): texts for name, texts in held.items() if name.startswith("factors.")}
    return {factor: Answer(texts[0]) for factor, texts in given.items() if texts and texts[0] in {*Answer}}


def verdict(file: CaseFile, held: Values, context: Context, words: Words) -> Verdict:
    """What follows from a form as it is filled in."""
    routine, own = file.routine, words.local(file.routine.texts)
    given = answers(held)
    known = {factor: given[factor] for factor in routine.risk.factors if factor in given}
    floor = floor_of(known, routine)
    level = (held.get("level") or [""])[0]
    return Verdict(
        floor=floor,
        because=tuple(own.code("factor", factor) for factor in because(known, routine))
        if floor is not Level.LOW
        else (),
        prompts=tuple(words(PROMPTS[one]) for one in prompts(known, routine) if one.rank > floor.rank),
        chosen=tuple(_chosen(file, Level(level), floor, context, words)) if level in {*Level} else (),
    )


def _chosen(file: CaseFile, level: Level, floor: Level, context: Context, words: Words) -> list[str]:
    rule, now = file.routine.risk, file.case.level
    lowering = now is not None and level.rank < now.rank
    said = []
    if lowering and now in rule.chief_lowers and not is_head(file.case, context):
        said.append(words("case.only_chief_lowers", level=inside(label(now, words))))
    if level.rank < floor.rank:
        said.append(words("case.below_floor", level=inside(label(floor, words))))
    elif lowering and now in rule.second_person_lowers:
        said.append(words("case.second_lowers", level=inside(label(now, words))))
    if level in rule.second_person_confirms and level.rank >= floor.rank:
        said.append(words("case.second_confirms"))
    return said
