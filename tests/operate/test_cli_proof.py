"""`varna audit checkpoint` and `varna audit verify`: signed, kept elsewhere, and found out."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from email.policy import SMTP
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import text, update

from storage import anchors, messages, tables
from storage.tables import MessageKind
from tests.audit.intruder import breaks_in
from tests.operate.commands import TRIAGE, a_case, at_home, varna

if TYPE_CHECKING:
    from pathlib import Path

    from operate.house import House

pytestmark = pytest.mark.usefixtures("home")
GRANVIK = "9001"


def flaws(document: Any) -> set[str]:
    return {flaw["code"] for one in document["organisations"] for flaw in one["flaws"]}


def tamper(*statements: str) -> None:
    async def does(house: House) -> None:
        async with house.database.writing() as session:
            await breaks_in(session)
            for statement in statements:
                await session.execute(text(statement))

    at_home(does)


def kept(folder: Path, organisation: str = GRANVIK, number: int = 1) -> Path:
    """The checkpoint as the auditor keeps it: in a mail, with words around it."""

    async def reads(house: House) -> str:
        async with house.database.reading() as session:
            return (await anchors.checkpoint(session, organisation, number)).note

    path = folder / f"mail-{organisation}-{number}.txt"
    path.write_text(f"Hej!\n\n{at_home(reads)}\nHälsningar\n", encoding="utf-8")
    return path


def test_a_checkpoint_is_taken_of_each_organisation_and_mailed_to_who_reviews(home: Path) -> None:
    a_case(TRIAGE)
    ended = varna("audit", "checkpoint", "--json")
    assert ended.code == 0
    taken = {one["organisation"]: one for one in ended.document["checkpoints"]}
    assert taken[GRANVIK] == {
        "organisation": GRANVIK, "number": 1, "size": 3, "stamped": False, "mailed": 1, "refused": False,
    }  # fmt: skip
    assert len(taken) > 1
    assert (home / "keys" / "checkpoint.key").stat().st_mode & 0o777 == 0o600

    async def queued(house: House) -> list[str]:
        async with house.database.reading() as session:
            kind = tables.messages.c.kind == MessageKind.CHECKPOINT
            return [one.recipient for one in await messages.select_where(session, kind) if one.organisation == GRANVIK]

    assert at_home(queued) == ["granvik-revisor"]
    a_case(TRIAGE)
    said = varna("audit", "checkpoint", "--organisation", GRANVIK).out
    assert "9001: kontrollpunkt 2, 6 händelser. Skickad till 1 person." in said


def test_what_is_well_is_well_and_what_was_done_to_it_is_named(tmp_path: Path) -> None:
    ref = a_case(TRIAGE)
    varna("audit", "checkpoint")
    mail = kept(tmp_path)
    ended = varna("audit", "verify", "--checkpoint", str(mail))
    assert ended.code == 0
    assert "9001: inga fel. 1 ärende, 3 händelser." in ended.out
    assert varna("audit", "verify", ref).code == 0
    tamper("UPDATE ledger SET actor = 'somebody' WHERE seq = 2")
    ended = varna("--language", "en", "audit", "verify", ref)
    assert ended.code == 3
    assert f"Case {ref}, entry 2: The entry was changed after it was written. [changed]" in ended.out
    document = varna("audit", "verify", "--json").document
    assert document["well"] is False
    granvik = next(one for one in document["organisations"] if one["organisation"] == GRANVIK)
    assert {"code": "changed", "organisation": GRANVIK, "case": ref, "seq": 2} in granvik["flaws"]
    assert (granvik["cases"], granvik["entries"], granvik["leaves"], granvik["checkpoints"]) == (1, 3, 3, 1)


def test_the_auditors_own_copy_finds_what_was_signed_anew(tmp_path: Path, home: Path) -> None:
    a_case(TRIAGE)
    varna("audit", "checkpoint")
    mail = kept(tmp_path)
    tamper("DELETE FROM checkpoints", "DELETE FROM tree_leaves")
    a_case(TRIAGE)
    (home / "keys" / "checkpoint.key").rename(tmp_path / "old.key")  # and the intruder made a key of their own
    assert varna("audit", "checkpoint").code == 0
    assert "given_unsigned" in flaws(varna("audit", "verify", "--checkpoint", str(mail), "--json").document)
    known = varna("audit", "verify", "--checkpoint", str(mail), "--key", str(tmp_path / "old.key"), "--json")
    assert known.code == 3
    assert {"given_not_kept", "checkpoint_unsigned"} <= flaws(known.document)


def test_a_checkpoint_is_refused_where_the_tree_does_not_extend_the_last_one() -> None:
    a_case(TRIAGE)
    varna("audit", "checkpoint")
    tamper("UPDATE tree_leaves SET hash = 'x' WHERE position = 1")
    ended = varna("audit", "checkpoint", "--json")
    assert (ended.code, ended.error["code"]) == (3, "does_not_extend")
    assert "varna audit verify" in varna("audit", "checkpoint").err


def test_a_file_of_another_organisation_is_held_against_that_one(tmp_path: Path) -> None:
    a_case(TRIAGE)
    varna("audit", "checkpoint")
    files = [str(kept(tmp_path, one)) for one in (GRANVIK, "9002")]
    assert varna("audit", "verify", "--checkpoint", files[0], "--checkpoint", files[1]).code == 0
    wrong = varna("audit", "verify", "--organisation", GRANVIK, "--checkpoint", files[1], "--json")
    assert flaws(wrong.document) == {"given_of_another"}
    nothing = tmp_path / "nothing.txt"
    nothing.write_text("Hej!", encoding="utf-8")
    assert flaws(varna("audit", "verify", "--checkpoint", str(nothing), "--json").document) == {"given_unreadable"}


def test_a_mail_as_a_mail_program_keeps_it_is_read_too(tmp_path: Path) -> None:
    a_case(TRIAGE)
    varna("audit", "checkpoint")
    mail = EmailMessage(policy=SMTP)
    mail["Subject"] = "Värna: kontrollpunkt"
    mail.set_content(kept(tmp_path).read_text(encoding="utf-8"))
    mail.add_alternative("<p>Hej!</p>", subtype="html")
    saved = tmp_path / "saved.eml"
    saved.write_bytes(mail.as_bytes())
    assert varna("audit", "verify", "--checkpoint", str(saved)).code == 0
    tamper("DELETE FROM checkpoints")
    found = varna("audit", "verify", "--checkpoint", str(saved), "--json").document
    assert "given_not_kept" in flaws(found)


def test_the_public_key_is_printed(tmp_path: Path) -> None:
    pem, line = varna("audit", "key", "--organisation", GRANVIK).out.split("-----END PUBLIC KEY-----\n")
    assert pem.startswith("-----BEGIN PUBLIC KEY-----")
    assert line.startswith("varna/9001+")
    assert "PRIVATE" not in pem
    a_case(TRIAGE)
    varna("audit", "checkpoint")
    public = tmp_path / "public.pem"
    public.write_text(varna("audit", "key").out, encoding="utf-8")
    assert varna("audit", "verify", "--key", str(public)).code == 0


@pytest.mark.parametrize(
    "words,code",
    [
        (("verify", "9001-FV-2031-00001"), 4),
        (("verify", "--organisation", "1234"), 2),
        (("checkpoint", "--organisation", "1234"), 2),
        (("verify", "--checkpoint", "nowhere.txt"), 2),
        (("verify", "--key", "nowhere.pem"), 5),
    ],
)
def test_what_does_not_exist_is_told_by_the_exit_code(words: tuple[str, ...], code: int) -> None:
    assert varna("audit", *words).code == code


def test_a_key_file_that_is_none_is_told(home: Path, tmp_path: Path) -> None:
    nonsense = tmp_path / "nonsense.pem"
    nonsense.write_text("nothing", encoding="utf-8")
    assert varna("audit", "verify", "--key", str(nonsense)).code == 2
    (home / "keys" / "checkpoint.key").write_text("nothing", encoding="utf-8")
    for command in ("verify", "checkpoint", "key"):
        assert varna("audit", command).code == 5


def test_where_nothing_was_ever_signed_there_is_nothing_wrong_but_without_its_key_there_is(home: Path) -> None:
    a_case(TRIAGE)
    assert "Ännu ingen kontrollpunkt." in varna("audit", "verify").out
    varna("audit", "checkpoint")
    (home / "keys" / "checkpoint.key").unlink()
    assert flaws(varna("audit", "verify", "--json").document) == {"no_key"}


def test_of_many_flaws_only_so_many_are_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("storage.proof.MOST", 2)
    a_case(TRIAGE)

    async def harm(house: House) -> None:
        async with house.database.writing() as session:
            await breaks_in(session)
            await session.execute(update(tables.ledger).values(recorded=datetime.now(UTC) - timedelta(days=9)))

    at_home(harm)
    assert "Bara de första 2 visas." in varna("audit", "verify", "--organisation", GRANVIK).out
