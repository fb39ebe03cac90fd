"""What people write is shown as they wrote it, wherever it stands, and is never taken for a part of the page."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from storage import people
from tests.web.deeds import does
from tests.web.markup import faults
from tests.web.stories import ALICE, BOB, KAJ, SAM

if TYPE_CHECKING:
    from tests.web.city import City

EVIL = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>{{ 7**9 }}${7**9}</textarea>&#x41;"
RAW = re.compile(r"<script>alert|<img src=x|</textarea>&#x41;|40353607")
HOOK = "https://chat.example/hooks/hemlig-nyckel"


async def test_words_in_a_case_are_words_on_every_page_of_it(own_city: City) -> None:
    ref = own_city.ref("triaged")
    deeds: dict[str, dict[str, Any]] = {
        "add_note": {"text": EVIL},
        "add_evidence": {"text": EVIL},
        "ask_information": {"task": "fraga", "text": EVIL},
        "assess_risk": {"factors": {"A02": "no"}, "level": "raised", "confidence": "medium", "text": EVIL},
    }
    for what, fields in deeds.items():
        case = await does(own_city, BOB, what, ref, **fields)
    wrong = {}
    async with own_city.visitor(BOB) as bob:
        seqs = [f"/logg/{seq}" for seq in range(1, case.seq + 1)]
        for part in ("", *seqs, "/answer_information", "/approve", "/assess_risk", "/record_police", "/add_evidence"):
            page = await bob.get(f"/arenden/{ref}{part}")
            if RAW.search(page.text) or (page.status_code == 200 and faults(page.text)):
                wrong[part] = page.status_code
        for path, fields in {
            f"/arenden/{ref}/add_note": {"id": "<x>", "seq": EVIL, "text": EVIL, "more": "1"},
            "/sok": {"q": EVIL},
            "/nodoppning": {"ref": EVIL, "text": ""},
            "/logga-in": {"user": EVIL, "password": "x", "next": EVIL},
            "/rapportera/9001": {"go": "check", "what": EVIL, "name": EVIL, "telephone": EVIL, "key": EVIL},
            "/kontakter/franvaro": {"starts": EVIL, "ends": EVIL},
        }.items():
            page = await bob.send_form(path, **fields)
            if RAW.search(page.text) or (page.text and faults(page.text)):
                wrong[path] = page.status_code
    assert wrong == {}


async def test_a_name_is_a_name_wherever_somebody_is_called_by_it(own_city: City) -> None:
    person = {"code": KAJ, "name": EVIL[:80], "roles": ["security_coordinator"], "webhook": HOOK, "feed": f"{HOOK}.ics"}
    whole = {"code": "9001", "name": f"Granvik {EVIL[:60]}", "kind": "municipality", "people": [person]}
    async with own_city.house.database.writing() as session:
        await people.load(session, own_city.house.ring, {"organisations": [whole]})
    wrong = {}
    for who, paths in {
        ALICE: ("/kontakter", "/jour", f"/arenden/{own_city.ref('overdue')}", "/arenden", "/rapportera"),
        KAJ: ("/konto", "/arenden"),
        SAM: ("/administration", "/administration/personer", f"/administration/personer/{KAJ}"),
    }.items():
        async with own_city.visitor(who) as visitor:
            for path in paths:
                page = await visitor.get(path)
                if RAW.search(page.text) or page.status_code != 200 or faults(page.text):
                    wrong[path] = page.status_code
    assert wrong == {}
    async with own_city.program(ALICE) as program:
        told = await program.get("/contacts")
    assert (told.status_code, KAJ in told.text, "hemlig-nyckel" in told.text) == (200, True, False)
