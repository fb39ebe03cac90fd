"""A form as it is shown: its fields in order, what stands in them, and what is wrong with them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from i18n import label
from models.vocabulary.case import Answer
from web.form import Form
from web.forms.kinds import Kind, Shape
from web.forms.values import SKIPPED, Values, read, shapes, shown, values
from web.forms.when import WHEN

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from pydantic import BaseModel

    from i18n import Words
    from models.message import Command

LAST = ("at", "text", "lesson")
"""Asked last, whatever the command: when it was, and in one's own words."""
SPARE_ROWS = 2
"""Empty rows below those that are filled in."""
MORE = "more"
"""The button that asks for one more row."""


@dataclass(frozen=True)
class Option:
    """One of several things to choose."""

    value: str
    text: str


@dataclass(frozen=True)
class Field:
    """One field. `must`: it has to be filled in; `when`: it only matters if another field holds one of these."""

    name: str
    kind: Kind
    label: str
    hint: str = ""
    must: bool = False
    options: tuple[Option, ...] = ()
    values: tuple[str, ...] = ()
    trouble: str = ""
    when: tuple[str, str] | None = None
    parts: tuple[Field, ...] = ()
    rows: tuple[tuple[Field, ...], ...] = ()
    shown: str = ""
    longest: int | None = None

    @property
    def id(self) -> str:
        """Where it stands on the page."""
        return field_id(self.name)

    @property
    def value(self) -> str:
        """What stands in it, if it holds one thing."""
        return self.values[0] if self.values else ""

    @property
    def filled(self) -> bool:
        """Anything stands in it or in a part of it, or is wrong there."""
        inner = [*self.parts, *(field for row in self.rows for field in row)]
        return bool(self.values or self.trouble) or any(field.filled for field in inner)


@dataclass(frozen=True)
class Sheet:
    """The form of one command."""

    kind: type[Command]
    fields: dict[str, Field]
    wrong: tuple[tuple[str, str], ...] = ()
    """What is wrong, with the id of the field it is about; empty for what is about none."""

    def __getitem__(self, name: str) -> Field:
        return self.fields[name]

    def __contains__(self, name: str) -> bool:
        return name in self.fields

    def rest(self, *names: str) -> list[Field]:
        """The fields but these."""
        return [field for name, field in self.fields.items() if name not in names]


def field_id(name: str) -> str:
    """The id of a field on the page."""
    return f"f-{name.replace('.', '-')}"


class Maker:
    """Makes the fields of one command, in one language, for one case."""

    def __init__(
        self,
        kind: type[Command],
        words: Words,
        choices: Mapping[str, Sequence[Option]] | None = None,
        hidden: frozenset[str] = frozenset(),
    ) -> None:
        """`choices`: what may be chosen, by a field's name. `hidden`: what is not asked unless something is in it."""
        self.kind = kind
        self.words = words
        self.choices = choices or {}
        self.hidden = hidden
        if not kind.backdates:
            self.hidden |= {"at"}

    def sheet(self, held: Values, wrong: Mapping[str, str] | None = None, known: BaseModel | None = None) -> Sheet:
        """The form with this in it.

        :param wrong: what is wrong, by field.
        :param known: what a group in it held when it was shown first.
        """
        troubles = self._by_field(wrong or {}, held)
        fields = dict(self._fields(self.kind, "", held, troubles, known))
        listed = [(field_id(name) if name else "", self._told(name, text)) for name, text in troubles.items()]
        return Sheet(self.kind, fields, tuple(listed))

    def blank(self, *held: BaseModel | None) -> Values:
        """What stands in the form before anybody has filled anything in.

        :param held: what a group begins with.
        """
        found = defaults(self.kind)
        for name, its in shapes(self.kind).items():
            for one in held:
                if its.kind is Kind.GROUP and its.model and isinstance(one, its.model):
                    found |= defaults(its.model, f"{name}.") | values(one, f"{name}.")
        return found

    def text(self, name: str, what: str = "field") -> str:
        """The label or the hint of a field: the command's own, or the one that all share; empty if there is none."""
        plain = re.sub(r"\.\d+(?=\.|$)", "", name)
        keys = (f"{what}.{self.kind.name()}.{plain}", f"{what}.{plain}")
        return next((self.words(key) for key in keys if key in self.words), "")

    def _fields(
        self, model: type[BaseModel], prefix: str, held: Values, troubles: Mapping[str, str], known: BaseModel | None
    ) -> Iterator[tuple[str, Field]]:
        order = sorted(shapes(model).items(), key=lambda one: LAST.index(one[0]) if one[0] in LAST else -1)
        for short, its in order:
            name = f"{prefix}{short}"
            if name in self.hidden and not any(held.get(name, ())) and name not in troubles:
                continue
            parts: tuple[Field, ...] = ()
            rows: tuple[tuple[Field, ...], ...] = ()
            if its.kind is Kind.GROUP and its.model:
                parts = tuple(field for _, field in self._fields(its.model, f"{name}.", held, troubles, None))
            if its.kind is Kind.FACTORS:
                parts = tuple(self._factors(name, held, troubles))
            if its.kind is Kind.ROWS and its.model:
                rows = tuple(self._rows(its.model, name, held, troubles))
            yield (
                name,
                Field(
                    name=name,
                    kind=self._kind(name, its),
                    label=self.text(name) or name,
                    hint=self.text(name, "hint"),
                    must=model.model_fields[short].is_required() and its.kind not in {Kind.TICKS, Kind.FACTORS},
                    options=self._options(name, its, held),
                    values=tuple(held.get(name, ())),
                    trouble=troubles.get(name, ""),
                    when=WHEN.get((self.kind.name(), name)),
                    parts=parts,
                    rows=rows,
                    shown=self._shown(name, its, held, known),
                    longest=its.longest,
                ),
            )

    def _factors(self, name: str, held: Values, troubles: Mapping[str, str]) -> Iterator[Field]:
        """One question for each statement of the risk model, and for what was answered of an older one."""
        asked = {option.value: option.text for option in self.choices.get(name, ())}
        asked |= {one: one for key in held if (one := key.removeprefix(f"{name}.")) != key and one not in asked}
        answers = tuple(Option(code, label(code, self.words)) for code in Answer)
        for one, text in asked.items():
            key = f"{name}.{one}"
            given = tuple(held.get(key, ()))
            yield Field(key, Kind.ANSWER, text, options=answers, values=given, trouble=troubles.get(key, ""))

    def _rows(
        self, model: type[BaseModel], name: str, held: Values, troubles: Mapping[str, str]
    ) -> Iterator[tuple[Field, ...]]:
        numbers = [int(one.split(".")[1]) for one in held if re.match(rf"{re.escape(name)}\.\d{{1,2}}\.", one)]
        wanted = SPARE_ROWS + max(numbers, default=-1) + 1
        for number in range(wanted):
            prefix = f"{name}.{number}."
            filled = {**defaults(model, prefix), **{key: text for key, text in held.items() if key.startswith(prefix)}}
            fields = [field for _, field in self._fields(model, prefix, filled, troubles, None)]
            if given := held.get(f"{prefix}id"):
                fields.append(Field(f"{prefix}id", Kind.LINE, "", values=tuple(given)))
            yield tuple(fields)

    def _kind(self, name: str, its: Shape) -> Kind:
        plain = re.sub(r"\.\d+(?=\.|$)", "", name)
        in_a_row = plain != name and its.kind is Kind.RADIOS
        return Kind.LIST if in_a_row or (plain in self.choices and its.kind in {Kind.LINE, Kind.NUMBER}) else its.kind

    def _shown(self, name: str, its: Shape, held: Values, known: BaseModel | None) -> str:
        """What a group held when it was shown first: a form that comes again still says so."""
        if its.kind is not Kind.GROUP:
            return ""
        first = held.get(f"{name}-shown")
        return first[0] if first else known_as(known, its.model, name)

    def _options(self, name: str, its: Shape, held: Values) -> tuple[Option, ...]:
        plain = re.sub(r"\.\d+(?=\.|$)", "", name)
        if plain in self.choices:
            found = list(self.choices[plain])
        else:
            found = [Option(str(code), label(code, self.words)) for code in its.choices]
        known = {option.value for option in found}
        if found or its.kind in {Kind.TICKS, Kind.LIST}:
            # What is chosen is shown, also where it cannot be chosen any more.
            found += [Option(value, value) for value in held.get(name, ()) if value and value not in known]
        return tuple(found)

    def _by_field(self, wrong: Mapping[str, str], held: Values) -> dict[str, str]:
        """Each trouble at the field it is about, or at the nearest that there is; at none if there is none."""
        there = {*shapes(self.kind), *held}
        for name, its in shapes(self.kind).items():
            there |= {f"{name}.{part}" for part in shapes(its.model)} if its.model and its.kind is Kind.GROUP else set()
            if its.model and its.kind is Kind.ROWS:
                there |= {f"{name}.{number}.{part}" for number in range(20) for part in shapes(its.model)}
        found: dict[str, str] = {}
        for name, text in wrong.items():
            near = name
            while near and near not in there:
                near = near.rpartition(".")[0]
            found.setdefault("" if near in SKIPPED else near, text)
        return found

    def _told(self, name: str, text: str) -> str:
        field = self.text(name) if name else ""
        return f"{field}: {text}" if field else text


def defaults(model: type[BaseModel], prefix: str = "") -> Values:
    """What a form holds where nothing was filled in."""
    given = {name: field.default for name, field in model.model_fields.items() if not field.is_required()}
    return values(model.model_construct(**dict.fromkeys(model.model_fields) | given), prefix)


def known_as(known: BaseModel | None, model: type[BaseModel] | None, name: str) -> str:
    """What a group that holds this would be remembered as."""
    if model is None or not isinstance(known, model):
        return ""
    held = defaults(model, f"{name}.") | values(known, f"{name}.")
    pairs = [(key, one) for key, texts in held.items() for one in texts]
    return shown(read(model, Form(pairs), f"{name}.", ()))
