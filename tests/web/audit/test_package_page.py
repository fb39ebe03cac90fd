"""The page of the audit package: who may have one, what comes, and that it verifies."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from activities.history import Run
from models.vocabulary.reading import ReadGround
from storage import access
from tests.audit.packaged import unpacked, verified
from tests.web import markup
from tests.web.browser import each_look
from tests.web.cast import ALICE, BOB, DISA, REV, SAM
from tests.web.stories import MARKED

if TYPE_CHECKING:
    from pathlib import Path

    from tests.web.browser import Chromium
    from tests.web.city import City, LivingCity

PATH = "/revision/paket"
ASKED = {"what": "case", "reason": "audit"}


async def test_an_auditor_downloads_a_case_and_a_stranger_verifies_it(own_city: City, tmp_path: Path) -> None:
    ref = own_city.ref("police")
    async with own_city.visitor(REV) as auditor:
        markup.valid((await auditor.get(PATH)).raise_for_status().text)
        answer = await auditor.send_form(PATH, **ASKED, case=ref)
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "application/zip")
    assert f"revisionspaket-{ref}.zip" in answer.headers["Content-Disposition"]
    files = unpacked(answer.content)
    whole = b"".join(content for name, content in files.items() if name != "report.pdf")
    assert not any(secret.encode() in whole for secret in (MARKED, BOB, REV))
    (package, script) = tmp_path / "p.zip", tmp_path / "verify.py"
    package.write_bytes(answer.content)
    script.write_bytes(files["verify.py"])
    told = verified(package, script)
    assert told.code == 0, told.said
    async with own_city.house.database.reading() as session:
        *_, last = await access.of_case(session, ref)
    assert (last.user, last.ground, last.source.partition(":")[0]) == (REV, ReadGround.REVIEW, "session")


async def test_a_period_and_names_after_a_decision(own_city: City) -> None:
    today = f"{datetime.now(UTC):%Y-%m-%d}"
    period = {"what": "period", "since": "2020-01-01", "until": today, "reason": "supervision"}
    async with own_city.visitor(DISA) as disa:
        answer = await disa.send_form(PATH, **period, identified="yes", decision="KS 2026/40 § 7")
    assert answer.status_code == 200
    files = unpacked(answer.content)
    assert sum(name.endswith("ledger.jsonl") for name in files) > 5
    assert BOB.encode() in files["people.json"]


async def test_what_lacks_is_named_at_its_field_and_nothing_is_made(own_city: City) -> None:
    ref = own_city.ref("police")
    wrong = {
        "case": ASKED,
        "reason": {"what": "case", "case": ref},
        "decision": ASKED | {"case": ref, "identified": "yes"},
        "until": {"what": "period", "since": "2026-01-01", "reason": "audit"},
        "since": {"what": "period", "since": "2026-01-02", "until": "2025-01-01", "reason": "audit"},
    }
    async with own_city.visitor(REV) as auditor:
        for field, given in wrong.items():
            answer = await auditor.send_form(PATH, **given)
            assert answer.status_code == 422, field
            assert f'href="#{field}"' in answer.text, field
            markup.valid(answer.text)
        for unknown in ("9001-FV-2026-99999", "9002-FV-2026-00001", "nonsense"):
            answer = await auditor.send_form(PATH, **ASKED, case=unknown)
            assert answer.status_code == 422
            assert 'href="#case"' in answer.text
    async with own_city.visitor(SAM) as sam, own_city.visitor(ALICE) as alice:
        assert {(await one.send_form(PATH, **ASKED, case=ref)).status_code for one in (sam, alice)} == {403}
    async with own_city.house.database.reading() as session:
        assert await access.of_case(session, ref) == []


async def test_everybody_can_use_it(city: City, chromium: Chromium) -> None:
    await each_look(chromium, city.url, PATH, cookies=await city.cookies(REV))


async def test_what_the_engine_remembers_is_in_it_in_outline_and_whole_after_a_decision(
    living_city: LivingCity,
) -> None:
    ref = await living_city.begins("triaged")
    name, decided = f"cases/{ref}/history.jsonl", {"identified": "yes", "decision": "KS 2026/41"}
    async with living_city.visitor(REV) as auditor:
        plain = unpacked((await auditor.send_form(PATH, **ASKED, case=ref)).content)
        whole = unpacked((await auditor.send_form(PATH, **ASKED, case=ref, **decided)).content)
    lines = [json.loads(line) for line in plain[name].splitlines()]
    assert lines[0]["type"] == "workflow_execution_started"
    assert [line["event"] for line in lines] == list(range(1, len(lines) + 1))
    assert json.loads(plain["package.json"])["without_history"] == {}
    run = Run.from_bytes(ref, lines[0]["id"], whole[f"cases/{ref}/history/1.bin"])
    first = hashlib.sha256(run.events[0].SerializeToString(deterministic=True)).hexdigest()
    assert first == lines[0]["sha256"]
    assert MARKED.encode() not in whole[f"cases/{ref}/history/1.bin"]
