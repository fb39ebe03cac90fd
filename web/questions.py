"""What a report is asked for beside what happened: one question a screen, each of which may be left out."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from i18n import label

if TYPE_CHECKING:
    from i18n import Words
    from web.form import Form

START, CHECK = "start", "check"
"""Screens that are no questions."""
Codes = Sequence[StrEnum]
Groups = tuple[tuple[str, Codes], ...]
"""Codes under headings; the heading is a key, or empty if there is but one group."""


@dataclass(frozen=True)
class Choice:
    """One code to choose, or several. What is not known is what is not chosen."""

    field: str
    legend: str = ""
    """A key; empty if the question says it all."""
    groups: Groups = ()
    several: bool = True
    hint: str = ""
    own: Mapping[str, str] = dataclasses.field(default_factory=dict)
    """Keys of what codes are called here, if not by their labels."""
    usual: str = ""
    """What is chosen on a screen that is shown for the first time."""

    @property
    def known(self) -> set[str]:
        """All that can be chosen."""
        return {str(code) for _, codes in self.groups for code in codes}

    @property
    def fields(self) -> tuple[str, ...]:
        """The form fields it has."""
        return (self.field,)

    def chosen(self, form: Form) -> list[str]:
        """What is chosen, as far as it can be."""
        given = [one for one in form.every(self.field) if one in self.known]
        return given if self.several else given[-1:]

    def answers(self, form: Form, t: Words) -> list[str]:
        """What is chosen, in words."""
        named = {str(code): code for _, codes in self.groups for code in codes}
        return [self.called(named[one], t) for one in self.chosen(form)]

    def called(self, code: StrEnum, t: Words) -> str:
        """A code in words."""
        return t(self.own[code]) if code in self.own else label(code, t)


@dataclass(frozen=True)
class Line:
    """A line of text."""

    field: str
    legend: str
    hint: str = ""
    kind: str = "text"
    complete: str = "off"
    """What browsers may fill in by themselves (WCAG 1.3.5)."""

    @property
    def fields(self) -> tuple[str, ...]:
        """The form fields it has."""
        return (self.field,)

    def answers(self, form: Form, _: Words) -> list[str]:
        """What was written."""
        return [form.one(self.field)] if form.has(self.field) else []


@dataclass(frozen=True)
class Moments:
    """A day, or from when until when."""

    fields: tuple[str, ...]

    def answers(self, form: Form, _: Words) -> list[str]:
        """Days and times, as they were filled in."""
        return [" ".join(given)] if (given := [form.one(field) for field in self.fields if form.has(field)]) else []


@dataclass(frozen=True)
class Question:
    """One screen."""

    code: str
    title: str
    parts: tuple[Choice | Line | Moments, ...]
    hint: str = ""
    after: str = ""
    """What is said beneath the fields."""

    @property
    def fields(self) -> tuple[str, ...]:
        """The form fields it shows."""
        return tuple(field for part in self.parts for field in part.fields)

    def answers(self, form: Form, t: Words) -> list[str]:
        """What is answered so far, in words."""
        return [answer for part in self.parts for answer in part.answers(form, t)]


@dataclass(frozen=True)
class Screen:
    """One screen among those there are: the first, a question, or the last look before it is sent."""

    step: str
    asked: tuple[Question, ...]

    @property
    def steps(self) -> tuple[str, ...]:
        """All of them, in order."""
        return (START, *(one.code for one in self.asked), CHECK)

    @property
    def number(self) -> int:
        """0 for the first, then by question."""
        return self.steps.index(self.step)

    @property
    def question(self) -> Question | None:
        """What is asked here; None on the first and the last."""
        return self.asked[self.number - 1] if 0 < self.number <= len(self.asked) else None

    @property
    def back(self) -> str:
        """The one before."""
        return self.steps[max(self.number - 1, 0)]

    @property
    def ahead(self) -> str:
        """The one after."""
        return self.steps[min(self.number + 1, len(self.steps) - 1)]
