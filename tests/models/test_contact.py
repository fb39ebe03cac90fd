"""How somebody is told: their own preference first, and an alarm by any way rather than by none."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from models.contact import ChannelKind, Contact, Way
from models.vocabulary.case import Urgency

ALL = frozenset(kind.value for kind in ChannelKind)
EVERYTHING = {
    "name": "Tora Kvastskaft",
    "email": "tora@granvik.example",
    "telephone": "070-174 06 05",
    "webhook": "https://larm.granvik.example/in",
    "chat": "msteams://granvik/rum",
}


def kinds(contact: Contact, urgency: Urgency, available: frozenset[str] = ALL) -> list[str]:
    return [way.kind.value for way in contact.ways(urgency, available, "granvik-tib")]


def test_an_alarm_rings_in_the_pocket_first_and_anything_else_comes_by_mail() -> None:
    contact = Contact.model_validate(EVERYTHING)
    assert kinds(contact, Urgency.PAGE) == ["sms", "chat", "email", "webhook"]
    assert kinds(contact, Urgency.NOW) == kinds(contact, Urgency.DIGEST) == ["email", "chat", "webhook"]
    assert contact.ways(Urgency.PAGE, {"sms"}, "granvik-tib") == (Way(ChannelKind.SMS, "070-174 06 05"),)


def test_a_person_s_own_order_goes_before_the_usual_one_for_that_urgency_alone() -> None:
    contact = Contact.model_validate_json(
        '{"name": "Tora", "email": "tora@granvik.example", "telephone": "070-174 06 05",'
        ' "channels": {"now": ["sms", "email"]}}'
    )
    assert kinds(contact, Urgency.NOW) == ["sms", "email"]
    assert kinds(contact, Urgency.HEADLINE) == ["email"]


def test_an_alarm_goes_on_by_other_ways_after_the_one_preferred() -> None:
    contact = Contact.model_validate({**EVERYTHING, "channels": {Urgency.PAGE: (ChannelKind.SMS,)}})
    assert kinds(contact, Urgency.PAGE) == ["sms", "chat", "email", "webhook"]
    assert kinds(contact, Urgency.PAGE, frozenset({"email", "outbox"})) == ["email"]


def test_the_outbox_is_used_when_there_is_nothing_else_or_when_it_is_named() -> None:
    nobody = Contact(name="Tora Kvastskaft")
    assert nobody.ways(Urgency.PAGE, ALL, "granvik-tib") == (Way(ChannelKind.OUTBOX, "granvik-tib"),)
    assert nobody.ways(Urgency.PAGE, ALL - {"outbox"}, "granvik-tib") == ()
    named = Contact.model_validate({**EVERYTHING, "channels": {Urgency.NOW: (ChannelKind.OUTBOX, ChannelKind.EMAIL)}})
    assert kinds(named, Urgency.NOW) == ["outbox", "email"]


@pytest.mark.parametrize(
    "field, wrong",
    [
        ("email", "tora"),
        ("email", "tora@granvik.example, ulf@granvik.example"),
        ("telephone", "ring växeln"),
        ("telephone", "112"),
        ("telephone", "070-174 06 05 eller 070-174 06 06"),
        ("webhook", "larm.granvik.example"),
        ("chat", "rum 7"),
        ("feed", "file:///etc/kalender"),
    ],
)
def test_what_cannot_be_an_address_is_refused_naming_the_field(field: str, wrong: str) -> None:
    with pytest.raises(ValidationError) as refused:
        Contact.model_validate({**EVERYTHING, field: wrong})
    assert [(error["loc"], error["type"]) for error in refused.value.errors()] == [((field,), "implausible_address")]
    assert wrong not in str(refused.value)


@pytest.mark.parametrize("right", ["070-174 06 05", "+46 70 174 06 05", "(08) 465 004 00", "0000-00 00 00"])
def test_a_telephone_number_may_be_written_as_people_write_it(right: str) -> None:
    assert Contact(name="Tora", telephone=right).telephone == right


@pytest.mark.parametrize(
    "kind, field", [("sms", "telephone"), ("email", "email"), ("webhook", "webhook"), ("chat", "chat")]
)
def test_a_preference_for_a_channel_without_its_address_is_refused_naming_it(kind: str, field: str) -> None:
    document: dict[str, Any] = {**EVERYTHING, "channels": {Urgency.PAGE: (ChannelKind(kind),)}}
    del document[field]
    with pytest.raises(ValidationError, match=f"page: {kind}, but no {field}") as refused:
        Contact.model_validate(document)
    assert [error["loc"] for error in refused.value.errors()] == [("channels",)]


def test_an_address_that_is_wrong_is_one_error_not_two() -> None:
    with pytest.raises(ValidationError) as refused:
        Contact.model_validate({**EVERYTHING, "email": "tora", "channels": {Urgency.NOW: (ChannelKind.EMAIL,)}})
    assert [error["loc"] for error in refused.value.errors()] == [("email",)]
