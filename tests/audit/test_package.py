"""An audit package: what is in it, who may know who is who, and that a stranger can verify it without us."""

from __future__ import annotations

import json
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from audit.package import verifier
from audit.package.make import sealed
from models.refusal import BadInput, Refusal
from models.vocabulary.reading import ReadGround
from storage import access
from storage.database import Database
from storage.keys import KeyRing
from storage.reads import OPERATOR
from storage.signing import BadSigningKey, SigningKeys
from storage.tables import Via
from tests.audit.packaged import AUDITOR, LATER, Office, at_work, unpacked, verified
from tests.desk.test_paper import text_of
from tests.erasing import erase
from tests.storage.reading_log import amiss
from tests.storage.town import CHIEF, MARKED, NOON

SCRIPT = Path(verifier.__file__)


@pytest.fixture
async def office(database: Database, ring: KeyRing, tmp_path: Path) -> Office:
    return await at_work(database, ring, tmp_path)


def kept(tmp_path: Path, content: bytes) -> Path:
    path = tmp_path / "revisionspaket.zip"
    path.write_bytes(content)
    return path


def lines(content: bytes) -> list[dict[str, object]]:
    return [json.loads(line) for line in content.splitlines()]


async def test_a_stranger_verifies_it_with_nothing_of_ours(office: Office, tmp_path: Path) -> None:
    ref = office.cases[0].ref
    made = await office.made(ref)
    zipped = verified(kept(tmp_path, made.content), SCRIPT)
    assert (zipped.code, zipped.said.splitlines()[:-1]) == (0, [])
    assert zipped.said.startswith("Helt: 1 ärenden, 7 händelser")
    folder = tmp_path / "unpacked"
    for name, content in unpacked(made.content).items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    own = verified(folder, folder / "verify.py", "--language", "en")
    assert (own.code, own.said.split(":")[0]) == (0, "Whole")


async def test_by_default_nobody_is_known_and_nothing_is_told_of_what_people_wrote(office: Office) -> None:
    made = await office.made(office.cases[0].ref)
    files = unpacked(made.content)
    told = text_of(files["report.pdf"])
    assert "person-1" in told
    whole = b"".join(content for name, content in files.items() if name != "report.pdf") + told.encode()
    for secret in (MARKED, CHIEF.id, AUDITOR.id, "Siv", office.cases[1].ref):
        assert secret.encode() not in whole
    people = json.loads(files["people.json"])
    assert people["person-1"] == {"organisation": "9001", "roles": ["security_chief"]}
    ledger = lines(files[f"cases/{office.cases[0].ref}/ledger.jsonl"])
    assert [line["type"] for line in ledger] == ["reported", "triaged", "level_changed", *["note_added"] * 4]
    assert ledger[1]["actor"] == "person-1"
    (piece,) = lines(files[f"cases/{office.cases[0].ref}/attachments.jsonl"])
    assert (piece["by"], piece["sha256"], "name" in piece) == ("person-1", "a" * 64, False)
    assert ledger[1]["data"]["text"] == "[…]"  # type: ignore[index]


async def test_that_it_was_made_stands_in_the_log_and_in_the_package_itself(office: Office) -> None:
    ref = office.cases[0].ref
    made = await office.made(ref)
    async with office.town.database.reading() as session:
        first, last = await access.of_case(session, ref)
        assert await amiss(session, "9001") == []
    assert (first.user, first.via) == (CHIEF.id, Via.PAGE)
    assert (last.user, last.via, last.what, last.ground) == (AUDITOR.id, Via.EXPORT, "package", ReadGround.REVIEW)
    assert last.reference == "reason:audit"
    assert [line["via"] for line in lines(unpacked(made.content)["access.jsonl"])] == ["page", "export"]


async def test_people_are_known_by_name_only_after_a_decision_which_is_kept(office: Office, tmp_path: Path) -> None:
    ref = office.cases[0].ref
    for decision in ("", " ", "x" * 101, "\n"):
        with pytest.raises(BadInput):
            await office.made(ref, identified=True, decision=decision)
    with pytest.raises(BadInput):
        await office.made(ref, decision="KS 2026/12 § 4")
    made = await office.made(ref, identified=True, decision="KS 2026/12 § 4")
    files = unpacked(made.content)
    assert json.loads(files["people.json"])[CHIEF.id]["name"] == f"Siv {MARKED}"
    assert json.loads(files["package.json"])["decision"] == "KS 2026/12 § 4"
    told = verified(kept(tmp_path, made.content), SCRIPT)
    assert "7 händelser (7 omräknade)" in told.said
    async with office.town.database.reading() as session:
        *_, last = await access.of_case(session, ref)
    assert (last.ground, last.reference) == (ReadGround.DECISION, "KS 2026/12 § 4")


async def test_who_is_who_can_be_handed_over_apart_after_a_decision_and_then_every_hash_is_computed(
    office: Office, tmp_path: Path
) -> None:
    ref, who = office.cases[0].ref, tmp_path / "people.json"
    with pytest.raises(BadInput):
        await office.made(ref, named_apart=True)
    made = await office.made(ref, named_apart=True, decision="KS 2026/12 § 4")
    assert made.people["person-1"] == CHIEF.id
    files = unpacked(made.content)
    assert CHIEF.id.encode() not in b"".join(content for name, content in files.items() if name != "report.pdf")
    package = kept(tmp_path, made.content)
    who.write_text(json.dumps(made.people))
    assert "7 händelser (0 omräknade)" in verified(package, SCRIPT).said
    told = verified(package, SCRIPT, "--people", str(who))
    assert (told.code, "7 händelser (7 omräknade)" in told.said) == (0, True)
    who.write_text(json.dumps(made.people | {"person-1": "somebody-else"}))
    wrong = verified(package, SCRIPT, "--people", str(who))
    assert (wrong.code, wrong.said.count("raden är inte vad dess hash säger")) == (1, 8)
    async with office.town.database.reading() as session:
        *_, last = await access.of_case(session, ref)
    assert (last.ground, last.reference) == (ReadGround.DECISION, "KS 2026/12 § 4")


async def test_a_period_holds_each_case_that_something_happened_in(office: Office, tmp_path: Path) -> None:
    made = await office.made(period=(NOON, LATER), by=None)
    assert made.cases == tuple(case.ref for case in office.cases)
    assert verified(kept(tmp_path, made.content), SCRIPT).code == 0
    assert {line["user"] for line in lines(unpacked(made.content)["access.jsonl"])} >= {OPERATOR}
    for period in ((LATER, LATER), (LATER, NOON)):
        with pytest.raises(BadInput):
            await office.made(period=period)
    with pytest.raises(Refusal, match="nothing_in_period"):
        await office.made(period=(LATER, LATER.replace(year=2027)))


async def test_an_erased_case_verifies_and_nothing_in_it_can_be_read(office: Office, tmp_path: Path) -> None:
    ref = office.cases[0].ref
    await erase(office.town.database, office.town.ring, ref, LATER)
    made = await office.made(period=(NOON, LATER), by=None)
    files = unpacked(made.content)
    assert {line["data"] for line in lines(files[f"cases/{ref}/ledger.jsonl"])} == {None}
    assert json.loads(files["package.json"])["erased"] == [ref]
    assert verified(kept(tmp_path, made.content), SCRIPT).code == 0


async def test_what_is_not_there_is_not_made_and_without_a_key_nothing_is(office: Office) -> None:
    for ref in ("9001-FV-2026-99999", "9002-FV-2026-00001"):
        with pytest.raises(Refusal, match="unknown_case"):
            await office.made(ref)
    public = SigningKeys.parse(office.keys.pem().encode())
    with pytest.raises(BadSigningKey):
        await replace(office, keys=public).made(office.cases[0].ref)


async def test_another_installations_key_is_found_by_whoever_was_given_ours(office: Office, tmp_path: Path) -> None:
    other = replace(office, keys=SigningKeys.create(tmp_path / "other.pem"))
    ours, given = tmp_path / "given.pem", (await office.made(office.cases[0].ref)).content
    ours.write_text(office.keys.pem())
    assert verified(kept(tmp_path, given), SCRIPT, "--key", str(ours)).code == 0
    files = unpacked(given)
    forged = sealed(
        {**{n: c for n, c in files.items() if n[:8] != "manifest"}, "key.pem": other.keys.pem().encode()}, other.keys
    )
    told = verified(kept(tmp_path, forged), SCRIPT, "--key", str(ours))
    assert told.code == 1
    assert "FEL manifest.sig" in told.said
    alone = verified(kept(tmp_path, forged), SCRIPT)
    assert "FEL tree.json" in alone.said


def test_the_verifier_is_short_and_needs_nothing_but_the_standard_library() -> None:
    source = SCRIPT.read_text()
    assert len(source.splitlines()) <= 200
    bare = subprocess.run(
        ["/usr/bin/env", "-i", "python3", "-I", "-S", str(SCRIPT), "--help"], capture_output=True, check=False
    )
    assert bare.returncode == 0
