"""A checkpoint's text is one that anybody's tools can read, and one letter more or less is noticed."""

from __future__ import annotations

import subprocess
from base64 import b64decode
from contextlib import suppress
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from storage.checkpoint import BadCheckpoint, Checkpoint, Note, from_mail, origin_of, verifier_key
from storage.signing import BadSigningKey, SigningKeys

if TYPE_CHECKING:
    from pathlib import Path

MADE = Checkpoint("varna/9001", 4217, bytes(range(32)), datetime(2026, 3, 2, 12, 0, tzinfo=UTC))
GIVEN = """\
example.com/behind-the-sofa
20852163
CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=
"""
"""The body of C2SP's own example."""


@pytest.fixture
def keys(tmp_path: Path) -> SigningKeys:
    return SigningKeys.open(tmp_path / "keys" / "checkpoint.key")


def test_it_is_written_line_by_line_as_c2sp_has_it(keys: SigningKeys) -> None:
    lines = keys.sign(MADE).text().split("\n")
    assert lines[:5] == [
        "varna/9001",
        "4217",
        "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=",
        "time 2026-03-02T12:00:00Z",
        "",
    ]
    assert lines[5].startswith("\u2014 varna/9001 ")
    assert lines[6:] == [""]
    assert len(b64decode(lines[5].split()[2])) == 4 + 64
    assert (MADE.organisation, origin_of("9001")) == ("9001", MADE.origin)


def test_the_public_key_is_written_as_the_specification_has_it() -> None:
    # From golang.org/x/mod/sumdb/note, whose form C2SP's is.
    known = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
    name, _, encoded = known.split("+", 2)
    assert verifier_key(name, b64decode(encoded)[1:]) == known


def test_what_is_signed_is_read_back_and_checked(keys: SigningKeys) -> None:
    text = keys.sign(MADE).text()
    read = Note.parse(text)
    assert read.checkpoint == MADE
    assert keys.signed(read)
    assert SigningKeys.parse(keys.pem().encode()).signed(read)


def test_whoever_has_another_key_or_another_name_has_not_signed(keys: SigningKeys, tmp_path: Path) -> None:
    other = SigningKeys.create(tmp_path / "other")
    assert not keys.signed(other.sign(MADE))
    note = keys.sign(MADE)
    renamed = Note.parse(note.text().replace("\u2014 varna/9001", "\u2014 varna/9002"))
    assert not keys.signed(renamed)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_no_letter_can_be_changed(keys: SigningKeys, data: st.DataObject) -> None:
    text = keys.sign(MADE).text()
    at = data.draw(st.integers(0, len(text) - 1))
    other = data.draw(st.characters(codec="utf-8").filter(lambda char: char != text[at]))
    changed = data.draw(st.sampled_from([text[:at] + other + text[at + 1 :], text[:at] + text[at + 1 :]]))
    with suppress(BadCheckpoint):
        assert not keys.signed(Note.parse(changed))


@pytest.mark.parametrize(
    "text,code",
    [
        ("", "not_a_checkpoint"),
        ("varna/9001\n1\nAAAA\ntime 2026-03-02T12:00:00Z\n\n\u2014 varna/9001 AAAAAAAA\n", "not_a_checkpoint"),
        (MADE.text(), "not_a_checkpoint"),
        (MADE.text() + "\n", "not_signed"),
        (MADE.text() + "\nvarna/9001 AAAAAAAA\n", "not_signed"),
        (MADE.text() + "\n\u2014 varna/9001 !\n", "not_signed"),
        (MADE.text().replace("4217", "-1") + "\n\u2014 varna/9001 AAAAAAAA\n", "not_a_checkpoint"),
        (MADE.text().replace("4217", "04217") + "\n\u2014 varna/9001 AAAAAAAA\n", "not_a_checkpoint"),
        (GIVEN + "\n\u2014 varna/9001 AAAAAAAA\n", "not_a_checkpoint"),
        ("x" * 5000, "not_a_checkpoint"),
    ],
)
def test_what_is_no_checkpoint_is_refused_by_a_code(text: str, code: str) -> None:
    with pytest.raises(BadCheckpoint, match=f"^{code}$"):
        Note.parse(text)


def test_a_stranger_checks_the_signature_with_openssl(keys: SigningKeys, tmp_path: Path) -> None:
    text = keys.sign(MADE).text()
    body, _, below = text.partition("\n\n")
    public, signed, said = tmp_path / "public.pem", tmp_path / "signature", tmp_path / "body"
    public.write_text(keys.pem())
    signed.write_bytes(b64decode(below.split()[2])[4:])
    files = "-inkey", str(public), "-in", str(said), "-sigfile", str(signed)
    command = ["openssl", "pkeyutl", "-verify", "-pubin", "-rawin", *files]
    for words, code in ((f"{body}\n", 0), (f"{body}\n".replace("4217", "4218"), 1)):
        said.write_text(words)
        assert subprocess.run(command, capture_output=True, check=False).returncode == code


def test_a_mail_that_was_kept_holds_the_note(keys: SigningKeys) -> None:
    text = keys.sign(MADE).text()
    quoted = "Hej!\r\n\r\n" + "".join(f"  {line}\r\n" for line in text.splitlines()) + "\r\nSpara detta.\r\n"
    assert from_mail(quoted) == text
    assert from_mail(text) == text
    assert from_mail("Hej!") == "Hej!"


def test_the_key_file_is_for_its_owner_alone_and_is_made_once(tmp_path: Path) -> None:
    path = tmp_path / "keys" / "checkpoint.key"
    first = SigningKeys.open(path)
    assert path.stat().st_mode & 0o777 == 0o600
    assert not first.exposed
    assert SigningKeys.open(path).pem() == first.pem()
    assert [one.name for one in path.parent.iterdir()] == ["checkpoint.key"]
    path.chmod(0o644)
    assert SigningKeys.read(path).exposed


def test_after_a_change_of_keys_the_older_checkpoints_are_still_checked(tmp_path: Path) -> None:
    old, new = SigningKeys.create(tmp_path / "old"), SigningKeys.create(tmp_path / "new")
    both = SigningKeys.parse(old.pem().encode() + (tmp_path / "new").read_bytes())
    assert both.signed(old.sign(MADE))
    assert both.signed(new.sign(MADE))
    assert both.sign(MADE) == new.sign(MADE)
    assert [line.split("+")[0] for line in both.verifier_keys("varna/9001")] == ["varna/9001"] * 2


def test_what_holds_no_key_of_ours_is_refused(tmp_path: Path) -> None:
    strange = generate_private_key(SECP256R1()).public_key()
    for pem in (b"", b"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n", strange.public_bytes(
        Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)):  # fmt: skip
        with pytest.raises(BadSigningKey):
            SigningKeys.parse(pem)
    public = SigningKeys.parse(SigningKeys.create(tmp_path / "key").pem().encode())
    with pytest.raises(BadSigningKey, match="no private key"):
        public.sign(MADE)
