"""What a message says, to be read aloud, in one text message, and in a calendar."""

import re
from datetime import UTC, datetime
from html.parser import HTMLParser
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from i18n import LANGUAGES, Letter, gsm7, letter, words
from models import wording
from models.events import moments
from models.notices import Notice
from models.refusal import BadInput
from models.routine import read_routine
from models.vocabulary.case import Level, Urgency
from models.vocabulary.people import Role
from storage.tables import MessageKind
from tests.i18n.codes import ABOUT_NO_CASE
from tests.routine import standard

SV, EN = (words(language, strict=True) for language in LANGUAGES)
NOON = datetime(2026, 6, 18, 10, 0, tzinfo=UTC)
CASE, OTHER = "9001-FV-2026-00001", "9001-FV-2026-00002"
LINK = "https://varna.granvik.example/l/" + "a" * 24 + "." + "b" * 24
CODE = "4F7K2Q"
DOCUMENT = standard().model_dump(mode="json")


def item(**given: Any) -> Notice:
    usual: dict[str, Any] = {"id": "n", "case": CASE, "organisation": "9001", "seq": 1, "role": Role.SECURITY_CHIEF}
    return Notice(**usual | {"urgency": Urgency.NOW, "about": "first_contact", "level": Level.HIGH} | given)


def whole(said: Letter) -> str:
    return "\n".join(said)


def test_a_notice_says_which_case_what_is_wanted_until_when_and_how_to_answer() -> None:
    told = letter("notice", [item(due=NOON, urgency=Urgency.PAGE, fallback=1)], SV, link=LINK, code=CODE)
    assert told.subject == "Värna – LARM: ärende 9001-FV-2026-00001"
    assert told.body.splitlines() == [
        "Ärende 9001-FV-2026-00001: första kontakt ska vara klart senast tors 18 juni 2026 kl. 12:00.",
        "Du får det här eftersom meddelandet inte nådde den det först gick till.",
        "Öppna ärendet i Värna och kvittera att du tar ansvar.",
        "Svara med 4F7K2Q för att ta larmet.",
        f"Länk: {LINK}",
    ]


def test_a_headline_tells_the_level_and_asks_for_nothing() -> None:
    told = letter("notice", [item(urgency=Urgency.HEADLINE, about="level_raised")], EN)
    assert told.subject == "Värna – for your information: case 9001-FV-2026-00001"
    assert told.body.splitlines() == [
        "Case 9001-FV-2026-00001: level raised.",
        "Level: High.",
        "You need not do anything now. The handler will be in touch if that changes.",
    ]


def test_what_falls_due_at_once_is_told_in_one_message_the_most_urgent_first() -> None:
    told = letter("notice", [item(about="reported"), item(about="alarm", urgency=Urgency.PAGE, due=NOON)], SV)
    assert "LARM" in told.subject
    assert [line.partition(": ")[2] for line in told.body.splitlines()[:2]] == [
        "kvittering av larm ska vara klart senast tors 18 juni 2026 kl. 12:00.",
        "rapport mottagen.",
    ]


def test_the_same_thing_is_not_said_twice() -> None:
    assert letter("notice", [item(), item(id="m")], SV) == letter("notice", [item()], SV)


@pytest.mark.parametrize("kind", [MessageKind.NOTICE, MessageKind.DIGEST])
def test_a_count_only_alert_does_not_even_name_the_case_or_lead_to_it(kind: str) -> None:
    told = letter(kind, [item(urgency=Urgency.COUNT, due=NOON)], SV, link=LINK, code=CODE)
    assert not any(part in whole(told) for part in ("9001", "2026", LINK, CODE, "örsta kontakt"))


def test_the_digest_tells_of_many_cases_in_one_letter() -> None:
    told = letter("digest", [item(urgency=Urgency.DIGEST), item(urgency=Urgency.DIGEST, case=OTHER)], SV, link=LINK)
    assert told.subject == "Värna: 2 ärenden att läsa"
    assert told.body.splitlines() == [
        "2 ärenden har något att läsa. Det är inte bråttom.",
        f"Ärende {CASE}: första kontakt väntar på att bli gjort.",
        f"Ärende {OTHER}: första kontakt väntar på att bli gjort.",
        "Öppna Värna under arbetsdagen.",
        f"Länk: {LINK}",
    ]


def test_an_invitation_asks_for_a_time_and_one_without_a_time_takes_it_back() -> None:
    asked, over = (letter("invitation", [item(about="follow_up", due=due)], SV) for due in (NOON, None))
    assert asked.subject == over.subject == "Värna: uppföljning med den utsatta, ärende 9001-FV-2026-00001"
    assert "senast tors 18 juni 2026 kl. 12:00" in asked.body
    assert "behövs inte längre" in over.body


@pytest.mark.parametrize("language,mark", [("sv", "ÖVNING"), ("en", "EXERCISE")])
@pytest.mark.parametrize("kind", MessageKind)
def test_an_exercise_says_so_before_anything_else(kind: MessageKind, language: str, mark: str) -> None:
    told = letter(kind, [item(due=NOON)], words(language, strict=True), drill=True, link=LINK, code=CODE)
    assert all(part.startswith(mark) for part in (told.subject, told.body, told.short))
    assert f"<title>{mark}" in told.html
    assert mark not in whole(letter(kind, [item(due=NOON)], words(language, strict=True)))


def test_a_text_message_keeps_case_code_and_link_and_says_the_rest_if_there_is_room() -> None:
    alarm = item(about="alarm", urgency=Urgency.PAGE, due=NOON)
    full = letter("notice", [alarm], SV, code=CODE).short
    assert full == (
        "Värna - LARM: ärende 9001-FV-2026-00001. Kvittering av larm, senast tors 18 juni 2026 kl. 12:00. "
        "Svara 4F7K2Q för att ta det."
    )
    assert letter("notice", [alarm], SV, link=LINK, code=CODE).short == (
        f"Värna - LARM: ärende 9001-FV-2026-00001. Svara 4F7K2Q för att ta det. {LINK}"
    )
    endless = letter("notice", [alarm], SV, link=LINK + "x" * 200, code=CODE).short
    assert endless == "Värna - LARM: ärende 9001-FV-2026-00001. Svara 4F7K2Q för att ta det."


def test_signs_outside_the_alphabet_of_text_messages_become_their_likest() -> None:
    assert gsm7.spelled("«Ärende» – ő\u00a0❤") == '"Ärende" - o ?'
    assert (gsm7.room("å€"), gsm7.room("–") > gsm7.MOST) == (3, True)


class Page(HTMLParser):
    """What a reader program meets."""

    VOID = ("meta",)

    def __init__(self, html: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: list[tuple[str, dict[str, str | None]]] = []
        self.said: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, dict(attrs)))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if data.strip() and self.open[-1] != "style":
            self.said.append(data.strip())


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_is_simple_whole_and_fetches_nothing(language: str) -> None:
    told = letter("notice", [item(due=NOON)], words(language, strict=True), link=LINK + "?a=1&b=2", code=CODE)
    page = Page(told.html)
    assert page.open == []
    assert ("html", {"lang": language}) in page.seen
    assert {tag for tag, _ in page.seen} <= {"html", "head", "meta", "title", "style", "body", "main", "h1", "p", "a"}
    assert [attributes["href"] for tag, attributes in page.seen if tag == "a"] == [LINK + "?a=1&b=2"]
    assert not any(name in attributes for _, attributes in page.seen for name in ("src", "onclick", "background"))
    assert "url(" not in told.html
    assert "@import" not in told.html
    assert [told.subject, told.subject] == page.said[:2]
    assert [line for line in told.body.splitlines() if line not in page.said] == []


def test_a_letter_is_read_aloud_as_sentences() -> None:
    for kind in MessageKind:
        for language in LANGUAGES:
            told = letter(kind, [item(due=NOON)], words(language, strict=True), code=CODE)
            assert all(line[0].isupper() and line.endswith(".") for line in told.body.splitlines()), told.body


# ── Nothing leaks ──

MARK = "kvastskaft"
SECRETS = (MARK, "granvik-x")


@pytest.mark.parametrize("kind", MessageKind)
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("urgency", Urgency)
def test_no_message_names_a_person(kind: MessageKind, language: str, urgency: Urgency) -> None:
    told = item(
        urgency=urgency,
        handler="granvik-x",
        only=frozenset({MARK}),
        never=frozenset({MARK}),
        about="reported",
        due=NOON,
    )
    said = whole(letter(kind, [told], words(language, strict=True), link=LINK, code=CODE))
    assert [secret for secret in SECRETS if secret in said.lower()] == []


def test_what_a_municipality_may_word_is_what_a_message_says_and_carries_what_ours_does() -> None:
    catalogue = dict(SV._texts)
    kept = {"letter.drill", "letter.drill.body"}
    kept |= {f"letter.{kind}{part}" for kind in ABOUT_NO_CASE for part in ("", ".subject")}
    ours = {key for key in catalogue if key.startswith(("notice.", "letter."))} - kept
    assert ours == set(wording.CARRIES)
    for key in ours:
        text = catalogue[key]
        found = set(re.findall(r"{(\w+)", text if isinstance(text, str) else text[1]))
        assert found <= wording.CARRIES[key], key
        assert found >= wording.CARRIES[key] & wording.NEEDED, key
    assert tuple(LANGUAGES) == wording.LANGUAGES


BITS = ["ett <b>ord</b>", "&", " ", "Å", "x" * 90]
BROKEN = ["{", "}", "{{", "{name}", "{0}", "{case.x}", "{case!r}", "{due:9}", *BITS]
STYLE = re.compile("<style>.*?</style>", re.DOTALL)
TIMES = "tors 18 juni 2026 kl. 12:00"


def overrides(key: str) -> st.SearchStrategy[tuple[str, str]]:
    may = [f"{{{name}}}" for name in wording.CARRIES[key]]
    pieces = (st.lists(st.sampled_from([*may, *some])).map("".join) for some in (BITS, BROKEN))
    return st.tuples(st.just(key), st.one_of(st.text(max_size=40), *pieces))


def filled(text: str) -> set[str]:
    """All that a text may become in the letters below."""
    common = {"case": CASE, "due": TIMES, "link": LINK, "code": CODE, "number": "1", "level": "Hög"}
    names = ("Första kontakt", "första kontakt", "Rapport mottagen", "rapport mottagen")
    values = ({**common, "about": name} for name in names)
    return {re.sub(r"{([a-z]+)}", lambda found, own=own: own[found[1]], text).strip() for own in values}  # type: ignore[misc]


@given(
    st.sampled_from(sorted(wording.CARRIES)).flatmap(overrides), st.sampled_from(MessageKind), st.sampled_from(Urgency)
)
def test_whatever_is_put_in_its_place_it_is_refused_or_says_nothing_but_itself(
    own: tuple[str, str], kind: MessageKind, urgency: Urgency
) -> None:
    try:
        routine = read_routine(DOCUMENT | {"texts": {"sv": dict([own])}}, moments())
    except BadInput:
        return
    items = [item(urgency=urgency, due=NOON), item(urgency=urgency, about="reported")]
    ours = letter(kind, items, SV, link=LINK, code=CODE)
    told = letter(kind, items, SV.local(routine.texts), link=LINK, code=CODE)
    page = Page(told.html)
    assert page.open == []
    said = {told.subject.strip(), *(line.strip() for line in told.body.split("\n")), *page.said}
    assert said - {ours.subject, *ours.body.split("\n"), *Page(ours.html).said} <= filled(own[1])
    assert gsm7.room(told.short) <= gsm7.MOST
    assert "{" not in whole(told).replace(STYLE.search(told.html)[0], "")  # type: ignore[index]
