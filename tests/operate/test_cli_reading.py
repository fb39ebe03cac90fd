"""What the commands show, and to whom: without `--as` the operator, with it that person and no more."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest

from models.vocabulary.case import Answer
from models.vocabulary.incident import IncidentKind
from tests.operate.commands import CHIEF, DIRECTOR, SECRET, TRIAGE, a_case, plain, varna

pytestmark = pytest.mark.usefixtures("home")

NOTE = {"type": "add_note", "text": "Hon bor hos sin syster.\x1b[2Jtill fredag"}


def test_the_worklist_puts_what_is_due_first_on_top_with_words_and_time_left() -> None:
    calm, acute = a_case(), a_case(kinds=(IncidentKind.VIOLENCE_SERIOUS,), danger_now=True)
    shown = varna("cases")
    assert shown.code == 0
    first, second = plain(shown.out.splitlines()[1]), plain(shown.out.splitlines()[2])
    assert first.startswith(f"{acute} Intag ● Akut (tills vidare) Kvittering av larm")
    assert " om " in first
    assert second.startswith(calm)
    listed = varna("cases", "--json").document["cases"]
    assert [item["ref"] for item in listed] == [acute, calm]
    assert (listed[0]["pace"], listed[0]["stage"], listed[0]["next_obligation"]) == ("acute", "intake", "alarm")


def test_the_worklist_can_be_narrowed_down() -> None:
    triaged, reported = a_case(TRIAGE), a_case()

    def found(*words: str) -> list[str]:
        return [item["ref"] for item in varna("cases", *words, "--json").document["cases"]]

    assert found("--stage", "risk") == [triaged]
    assert found("--level", "high") == [triaged]
    assert found("--stage", "closure") == []
    assert found("--due-before", "2020-01-01") == []
    assert sorted(found("--due-before", "2999-01-01T00:00+01:00")) == sorted([triaged, reported])
    assert found("--as", "nordmyra-sakerhetschef") == []
    assert varna("--language", "en", "cases", "--stage", "closure").out == "No cases\n"


def test_a_case_shows_its_stages_level_and_what_is_owed() -> None:
    ref = a_case(TRIAGE, {"type": "assign", "handler": "granvik-handlaggare"})
    shown = plain(varna("case", ref).out)
    assert "✓ Intag (klar) → ● Riskbedömning (pågår) → ● Poliskontakt (pågår)" in shown
    assert "Nivå ◕ Hög" in shown
    assert "Handläggare granvik-handlaggare" in shown
    assert "Riskbedömning" in shown.partition("Ska göras")[2]
    document = varna("case", ref, "--json").document
    assert (document["case"], document["stage"], document["level"]) == (ref, "risk", "high")
    assert (document["sight"], document["handler"]) == ("whole", "granvik-handlaggare")
    assert {"key", "due", "state", "explanation"} <= set(document["obligations"][0])


def test_a_case_can_be_seen_as_it_stood_then() -> None:
    ref = a_case(TRIAGE)
    assert varna("case", ref, "--json").document["stage"] == "risk"
    then = varna("case", ref, "--seq", "1", "--json").document
    assert (then["stage"], then["level"], then["seq"]) == ("intake", None, 1)
    events = varna("history", ref, "--json").document["events"]
    assert varna("case", ref, "--at", events[0]["recorded"], "--json").document["seq"] == 1
    tomorrow = (datetime.now(UTC) + timedelta(days=1)).isoformat()
    assert varna("case", ref, "--at", tomorrow, "--json").document["stage"] == "risk"


def test_before_its_report_and_after_its_last_event_there_was_no_case() -> None:
    ref = a_case()
    assert varna("case", ref, "--at", "2020-01-01").code == 4
    assert varna("case", ref, "--seq", "99").code == 4


def test_who_may_see_a_headline_sees_stages_level_and_times_and_nobodys_words_or_name() -> None:
    ref = a_case(TRIAGE, NOTE, what=SECRET)
    document = varna("case", ref, "--as", DIRECTOR, "--json").document
    assert (document["sight"], document["stage"], document["level"]) == ("headline", "risk", "high")
    assert {"handler", "incident", "risk", "named", "reports", "consents"} & set(document) == set()
    history = varna("history", ref, "--as", DIRECTOR, "--json")
    assert {key for event in history.document["events"] for key in event} == {"seq", "recorded", "type"}
    assert history.document["reports"] == {}
    for command in ("case", "history", "obligations"):
        shown = varna(command, ref, "--as", DIRECTOR)
        assert shown.code == 0
        assert SECRET not in shown.out
        assert "syster" not in shown.out
        assert CHIEF not in shown.out


@pytest.mark.parametrize("command", ["case", "history", "obligations"])
def test_a_case_one_may_not_see_does_not_exist(command: str) -> None:
    unseen = varna(command, a_case(), "--as", "nordmyra-sakerhetschef")
    unknown = varna(command, "9001-FV-2026-99999", "--as", "nordmyra-sakerhetschef")
    assert (unseen.code, unseen.out, unseen.err) == (4, "", unknown.err)
    assert unknown.code == 4
    assert varna(command, "no reference at all").code == 4
    assert varna(command, "9001-FV-2026-99999", "--json").error["code"] == "unknown_case"


def test_who_is_blocked_today_does_not_see_yesterday_either() -> None:
    block = {"type": "block_role", "people": ["granvik-samordnare"], "text": "Granne till den utsatta"}
    ref = a_case(TRIAGE, block)
    assert varna("case", ref, "--as", CHIEF, "--seq", "1").code == 0
    assert varna("case", ref, "--as", "granvik-samordnare", "--seq", "1").code == 4
    assert ref not in varna("cases", "--as", "granvik-samordnare").out


def test_a_protected_case_is_in_nobodys_list_but_the_named() -> None:
    ref = a_case(protected_identity=Answer.YES)
    assert ref not in varna("cases", "--as", "granvik-samordnare").out
    assert ref in varna("cases", "--as", CHIEF).out


def test_the_history_tells_who_did_what_and_what_they_wrote() -> None:
    ref = a_case(TRIAGE, NOTE, what=SECRET)
    shown = varna("history", ref, "--as", CHIEF)
    told = plain(shown.out)
    assert "Rapport mottagen" in told
    assert SECRET in told  # the report itself
    assert "070-174 06 05" in told  # and how to reach the person
    assert f"Snabb nivå: Hög ({CHIEF}) {TRIAGE['text']}" in told
    document = varna("history", ref, "--json").document
    assert [event["seq"] for event in document["events"]] == list(range(1, len(document["events"]) + 1))
    assert [report["what"] for report in document["reports"].values()] == [SECRET]


def test_what_people_wrote_cannot_command_the_terminal() -> None:
    shown = varna("history", a_case(TRIAGE, NOTE, what="\x1b]0;titel\x07 [bold]fet[/bold] \u202egilffo"))
    assert shown.code == 0
    assert not {"\x1b]", "\x1b[2J", "\x07", "\u202e"} & {
        shown.out[at : at + n] for n in (1, 2, 4) for at in range(len(shown.out))
    }
    assert "[bold]fet[/bold]" in shown.out


def test_every_due_time_has_its_explanation_and_says_whether_it_was_kept() -> None:
    ref = a_case(TRIAGE)
    shown = plain(varna("obligations", ref).out)
    assert "Första bedömning av rapporten Gjort i tid Räknas från" in shown
    assert "Tid: 4 timmar, dygnet runt Ska vara klart" in shown
    owed = {one["kind"]: one for one in varna("obligations", ref, "--json").document["obligations"]}
    assert owed["triage"]["state"] == "met"
    assert owed["assessment"]["state"] == "open"
    assert owed["assessment"]["explanation"]["due"] == owed["assessment"]["due"]


@pytest.mark.parametrize(
    "words", [("cases",), ("case", "REF"), ("history", "REF"), ("obligations", "REF"), ("notices",)]
)
def test_json_is_one_document_and_nothing_else(words: tuple[str, ...]) -> None:
    ref = a_case(TRIAGE)
    ended = varna(*(word.replace("REF", ref) for word in words), "--json")
    assert ended.code == 0
    assert isinstance(json.loads(ended.out), dict)
    assert ended.err == ""


def test_what_changed_between_two_instants_and_who_came_to_know() -> None:
    ref = a_case(TRIAGE, NOTE)
    shown = plain(varna("case", ref, "--seq", "1", "--against", "2").out)
    assert "Från händelse 1" in shown
    assert "Fas · Intag Pågår Klar" in shown
    assert "Första bedömning av rapporten Att göra Gjort i tid" in shown
    assert f"{CHIEF}: gjorde något i ärendet" in shown
    assert SECRET not in shown
    told = varna("case", ref, "--seq", "1", "--against", "2099-01-01", "--json").document
    assert [event["type"] for event in told["events"]][:2] == ["triaged", "level_changed"]
    assert {one["how"] for one in told["knew"]} >= {"acted", "read"}
    assert varna("case", ref, "--seq", "3", "--against", "2").code == 2
    assert varna("case", ref, "--seq", "1", "--against", "99").code == 4
    assert varna("case", ref, "--against", "strax").code == 2


def test_who_came_to_know_is_told_where_nothing_else_changed() -> None:
    ref = a_case(TRIAGE)
    last = str(varna("case", ref, "--as", CHIEF, "--json").document["seq"])
    now = datetime.now(UTC).isoformat()
    shown = plain(varna("case", ref, "--seq", last, "--against", now, "--as", CHIEF).out)
    assert "Inget ändrades" in shown
    assert f"{CHIEF} (Säkerhetschef): läste i ärendet" in shown


def test_a_case_as_it_stood_then_says_who_knew() -> None:
    ref = a_case(TRIAGE)
    assert "Vilka som kände till ärendet" in varna("case", ref, "--seq", "2").out
    assert [one["person"] for one in varna("case", ref, "--seq", "2", "--json").document["knew"]] == [CHIEF]
    assert "knew" not in varna("case", ref, "--json").document
