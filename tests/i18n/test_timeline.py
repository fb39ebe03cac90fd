"""The timeline: one line for each event."""

from datetime import UTC, date, datetime
from enum import StrEnum
from types import UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

import pytest
from pydantic import AwareDatetime, BaseModel

from i18n import LANGUAGES, event_text, words
from models.events import FACTS, Event
from models.message import Fact
from models.stages.casework import EvidenceAdded, RoleBlocked
from models.stages.clock import Escalated, Reminded
from models.stages.deadlines import DeadlineExtended
from models.stages.handover import HandOverReturned
from models.stages.intake import LevelChanged
from models.stages.police import PoliceUpdated
from models.stages.support import Measure, SupportAgreed
from models.vocabulary.case import Level
from models.vocabulary.people import Role
from models.vocabulary.police import PoliceStatus
from models.vocabulary.support import MeasureKind
from tests.i18n import codes

SV = words("sv", strict=True)
NOON = datetime(2026, 6, 18, 10, 0, tzinfo=UTC)
MARK = "Ellinor Fiktiv"
KNOWN = {"obligation": "first_contact.P7D/2", "kind": "first_contact", "failure": "channel_refused"}


def event(fact: Any) -> Event:
    return Event.model_construct(
        case="9001-FV-2026-00001", seq=1, at=NOON, recorded=NOON, actor="a", cause="c", data=fact
    )


def filled(annotation: Any) -> Any:
    """Something of that type."""
    origin, inside = get_origin(annotation), get_args(annotation)
    if origin in (Annotated, Union, UnionType):
        return filled(inside[0])
    if origin is Literal:
        return inside[0]
    if origin is not None:
        return {} if origin is dict else origin([filled(inside[0])])
    if issubclass(annotation, StrEnum):
        return list(annotation)[-1]
    if issubclass(annotation, BaseModel):
        return construct(annotation)
    return {str: "kod-1", int: 1, bool: True, AwareDatetime: NOON, date: NOON.date()}[annotation]


def construct(model: type[BaseModel]) -> Any:
    """The whole of it, with marked text wherever people write."""
    written = dict.fromkeys(codes.narrative(model), MARK)
    values = {name: filled(field.annotation) for name, field in model.model_fields.items()} | written
    return model.model_construct(**values | {name: KNOWN[name] for name in KNOWN if values.get(name) == "kod-1"})


def bare(model: type[BaseModel]) -> Any:
    """As little of it as there can be."""
    defaults = {name: field.default for name, field in model.model_fields.items() if not field.is_required()}
    return construct(model).model_copy(update=defaults)


@pytest.mark.parametrize("fact", FACTS)
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_event_has_its_line_whatever_is_in_it_and_never_a_word_of_the_narrative(
    fact: type[Fact], language: str
) -> None:
    for told in (construct(fact), bare(fact)):
        line = event_text(event(told), words(language, strict=True))
        assert line
        assert MARK not in line
        assert "\n" not in line


@pytest.mark.parametrize(
    "fact,line",
    [
        (LevelChanged(previous=Level.RAISED, level=Level.HIGH), "Nivå ändrad från Förhöjd till Hög"),
        (LevelChanged(previous=Level.RAISED, level=Level.RAISED), "Nivå satt: Förhöjd"),
        (Reminded(obligation="first_contact", kind="first_contact", step=1), "Påminnelse: första kontakt"),
        (
            Escalated(obligation="police_reference/2", kind="police_reference", step=3, rung=1),
            "Tiden är ute: polisens diarienummer (K-nummer). Eskalerat till steg 2",
        ),
        (
            SupportAgreed(measures=(Measure(id="m1", kind=MeasureKind.PERSONAL_ALARM, owner=Role.HANDLER),)),
            "Stödplan överenskommen: personlarm",
        ),
        (SupportAgreed(declined=True), "Den utsatta vill inte ha stöd nu"),
        (
            RoleBlocked(roles=frozenset({Role.HR, Role.BOARD_CHAIR})),
            "Jäv: HR, styrelsens ordförande ser och får inget mer om ärendet",
        ),
        (PoliceUpdated(), "Polisanmälan följdes upp: inget nytt"),
        (PoliceUpdated(status=PoliceStatus.DISCONTINUED, review_requested=True), "Polisanmälan: omprövning begärd"),
        (HandOverReturned(declined=False), "Mottagaren svarade inte i tid. Ärendet är kvar här"),
        (
            DeadlineExtended(obligation="support_plan", until=NOON),
            "Tidsgräns förlängd: stödplan, till tors 18 juni 2026 kl. 12:00",
        ),
        (EvidenceAdded(text="inget kvar"), "Inget bevis att säkra"),
    ],
)  # fmt: skip
def test_the_timeline_reads_like_this(fact: Fact, line: str) -> None:
    assert event_text(event(fact), SV) == line
