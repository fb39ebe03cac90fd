"""The mailbox against a real IMAP server, in good days and bad."""

from __future__ import annotations

import asyncio
import socket
import traceback
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from channels.contract import ChannelError
from channels.email.mailbox import BATCH, Mailbox
from models.inbound import MailKind
from tests.channels import dovecot as imap
from tests.channels.test_inbound import CODE, ONE_OF_EACH, answer, corpus

if TYPE_CHECKING:
    from collections.abc import Iterator

    from channels.email.imap import Security
    from tests.channels.dovecot import Dovecot

pytestmark = pytest.mark.skipif(imap.PROGRAM is None, reason=imap.MISSING)


@pytest.fixture(scope="module")
def running() -> Iterator[Dovecot]:
    with imap.dovecot() as server:
        yield server


@pytest.fixture
def server(running: Dovecot) -> Dovecot:
    running.empty()
    return running


@pytest.fixture
def mailbox(server: Dovecot) -> Mailbox:
    return Mailbox("127.0.0.1", server.port, "none", imap.USER, imap.PASSWORD)


async def handled(mailbox: Mailbox) -> list[MailKind]:
    """Take care of one batch; gives the kinds, oldest first."""
    mails = {mail: mail.inbound.kind for mail in await mailbox.unhandled()}
    await mailbox.put_away(mails)
    return list(mails.values())


async def test_mails_are_read_oldest_first_and_stay_until_they_are_put_away(server: Dovecot, mailbox: Mailbox) -> None:
    for name in ("a person who takes it", "a report of failure", "an advertisement", "no mail"):
        server.put(ONE_OF_EACH[name][0])
    first = await mailbox.unhandled()
    assert [mail.inbound.kind for mail in first] == ["answer", "bounce", "other", "unreadable"]
    assert first == await mailbox.unhandled()
    assert first[0].inbound.codes == (CODE,)
    await handled(mailbox)
    assert await mailbox.unhandled() == []
    lying = {folder: len(server.lying(f"Varna.{folder}")) for folder in ("Handled", "Other", "Unreadable")}
    assert (lying, server.lying("INBOX")) == ({"Handled": 2, "Other": 1, "Unreadable": 1}, [])


async def test_nothing_is_fetched_from_an_empty_mailbox(mailbox: Mailbox) -> None:
    assert await handled(mailbox) == []


async def test_the_same_words_twice_are_two_mails(server: Dovecot, mailbox: Mailbox) -> None:
    server.put(answer(CODE))
    server.put(answer(CODE))
    assert len({mail.id for mail in await mailbox.unhandled()}) == 2


async def test_more_than_one_batch_is_fetched_in_several(server: Dovecot, mailbox: Mailbox) -> None:
    with server.opened() as box:
        for number in range(BATCH + 3):
            box.append(answer(f"Nummer {number}"))
    assert [len(await handled(mailbox)) for _ in range(3)] == [BATCH, 3, 0]


async def test_reading_leaves_a_mail_unseen(server: Dovecot, mailbox: Mailbox) -> None:
    server.put(answer("Vem är detta?"))
    await handled(mailbox)
    with server.opened() as box:
        box.folder.set("Varna.Other")
        assert len(box.uids("UNSEEN")) == 1


async def test_a_mail_that_somebody_deletes_meanwhile_is_no_trouble(server: Dovecot, mailbox: Mailbox) -> None:
    server.put(answer(CODE))
    server.put(answer("Vem är detta?"))
    mails = {mail: mail.inbound.kind for mail in await mailbox.unhandled()}
    with server.opened() as box:
        box.delete(box.uids("ALL")[:1])
    await mailbox.put_away(mails)
    assert (len(server.lying("Varna.Other")), server.lying("Varna.Handled")) == (1, [])


async def test_mails_that_the_server_cannot_give_keep_no_other_waiting(server: Dovecot, mailbox: Mailbox) -> None:
    with server.opened() as box:
        for number in range(BATCH):
            box.append(answer(f"Nummer {number}"))
    server.spoil()
    server.put(answer(CODE))
    assert await handled(mailbox) == [MailKind.ANSWER]
    assert await handled(mailbox) == []


async def test_a_folder_that_was_numbered_anew_is_read_anew(server: Dovecot, mailbox: Mailbox) -> None:
    server.put(answer(CODE))
    mails = {replace(mail, numbering=b"1"): mail.inbound.kind for mail in await mailbox.unhandled()}
    await mailbox.put_away(mails)
    assert len(await mailbox.unhandled()) == 1


async def test_a_server_that_is_restarted_in_the_middle_loses_nothing(server: Dovecot, mailbox: Mailbox) -> None:
    server.put(answer(CODE))
    mails = {mail: mail.inbound.kind for mail in await mailbox.unhandled()}
    server.stop()
    with pytest.raises(ChannelError):
        await mailbox.put_away(mails)
    server.start()
    assert await handled(mailbox) == [MailKind.ANSWER]


async def test_a_server_that_is_gone_may_be_tried_again(mailbox: Mailbox) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        nobody = replace(mailbox, port=taken.getsockname()[1])
    with pytest.raises(ChannelError) as error:
        await nobody.unhandled()
    assert not error.value.permanent


@pytest.mark.parametrize("password", ["blabarssaft", "blåbärssaft"])
async def test_a_wrong_password_may_be_tried_again_and_is_told_to_nobody(mailbox: Mailbox, password: str) -> None:
    with pytest.raises(ChannelError) as error:
        await replace(mailbox, password=password).unhandled()
    assert not error.value.permanent
    assert password not in "".join(traceback.format_exception(error.value))
    assert imap.PASSWORD not in repr(mailbox)


@pytest.mark.parametrize(
    "greeting", [b"", b"\r\n", b"220 mail.example ESMTP\r\n", b"* BYE full\r\n", b"* OK\r\n\x00" * 9]
)
async def test_a_server_that_talks_nonsense_may_be_tried_again(mailbox: Mailbox, greeting: bytes) -> None:
    with socket.create_server(("127.0.0.1", 0)) as nonsense:
        nonsense.settimeout(imap.PATIENCE)

        def talk() -> None:
            connection, _ = nonsense.accept()
            with connection:
                connection.sendall(greeting)

        talking = asyncio.create_task(asyncio.to_thread(talk))
        with pytest.raises(ChannelError):
            await replace(mailbox, port=nonsense.getsockname()[1]).unhandled()
        await talking


@pytest.mark.parametrize("security", ["tls", "starttls"])
async def test_a_certificate_is_checked(
    server: Dovecot, mailbox: Mailbox, security: Security, monkeypatch: pytest.MonkeyPatch
) -> None:
    secure = replace(mailbox, port=server.tls_port if security == "tls" else server.port, security=security)
    with pytest.raises(ChannelError):
        await secure.unhandled()
    monkeypatch.setenv("SSL_CERT_FILE", str(server.home / "certificate.pem"))
    assert await secure.unhandled() == []


async def test_a_server_that_keeps_all_folders_in_the_inbox_is_served_too() -> None:
    with imap.dovecot(prefix="INBOX.") as server:
        mailbox = Mailbox("127.0.0.1", server.port, "none", imap.USER, imap.PASSWORD)
        server.put(answer("Vem är detta?"))
        assert await handled(mailbox) == [MailKind.OTHER]
        assert len(server.lying("INBOX.Varna.Other")) == 1


async def test_the_ugly_mail_of_pythons_own_tests_goes_through_whole(server: Dovecot, mailbox: Mailbox) -> None:
    if not corpus():
        pytest.skip("this Python ships no tests of its own")
    ugly = [path.read_bytes() for path in corpus()] + [raw for raw, _ in ONE_OF_EACH.values() if raw]
    with server.opened() as box:
        for raw in ugly:
            box.append(raw)
    came = server.lying("INBOX")
    count = 0
    while batch := await handled(mailbox):
        count += len(batch)
    lying = [raw for folder in ("Handled", "Other", "Unreadable") for raw in server.lying(f"Varna.{folder}")]
    assert (count, sorted(lying)) == (len(ugly), sorted(came))
