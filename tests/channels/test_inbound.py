"""What a mail says: every kind by hand, and anything at all."""

from __future__ import annotations

import importlib.util
from email.message import EmailMessage
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from channels.contract import Message
from channels.email.inbound import LARGEST, read
from channels.email.outgoing import compose
from models.inbound import Inbound, MailKind

if TYPE_CHECKING:
    from collections.abc import Sequence

ID, CODE = "m4f0c2", "K7W3PX"
LETTER = f"""\
From: Värna <varna@varna.example>
Message-ID: <{ID}@varna.example>
X-Varna-Message: {ID}
Subject: Ärende väntar

Svara {CODE} för att ta emot ärendet.
"""
QUOTED = "\n".join(f"> {line}" for line in LETTER.splitlines())


def answer(text: str, kind: str = "plain", charset: str = "utf-8", **headers: str) -> bytes:
    """Asta's mail client answers our letter."""
    mail = EmailMessage()
    given = {"From": "Asta Invented <asta@granvik.example>", "Subject": "Sv: Ärende väntar"}
    for name, value in {**given, "In_Reply_To": f"<{ID}@varna.example>", **headers}.items():
        mail[name.replace("_", "-")] = value
    mail.set_content(text, subtype=kind, charset=charset)
    return mail.as_bytes()


def report(kind: str, said: str, original: str = LETTER, text: str = QUOTED) -> bytes:
    """A mail server tells of our letter."""
    return f"""\
From: Mail Delivery System <MAILER-DAEMON@mx.granvik.example>
Subject: Undelivered Mail Returned to Sender
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type={kind}; boundary="line"

--line
Content-Type: text/plain; charset=utf-8

{text}

--line
Content-Type: message/{kind}

{said}

--line
Content-Type: message/rfc822

{original}
--line--
""".encode()


def delivery(*actions: str) -> bytes:
    recipients = "\n\n".join(f"Final-Recipient: rfc822; asta@granvik.example\nAction: {action}" for action in actions)
    return report("delivery-status", f"Reporting-MTA: dns; mx.granvik.example\n\n{recipients}")


def disposition(what: str) -> bytes:
    said = f"Original-Message-ID: <{ID}@varna.example>\nDisposition: manual-action/MDN-sent-manually; {what}"
    return report("disposition-notification", said, original="Subject: nothing of it\n\n")


OOO = f"Jag är ledig till måndag. Svara {CODE}?"
BOUNCED = f"This is the mail system.\n\n--- The original message ---\n{LETTER}"

ONE_OF_EACH: dict[str, tuple[bytes, MailKind]] = {
    "a report of failure": (delivery("failed"), MailKind.BOUNCE),
    "a report of failure, shouted": (delivery("Failed"), MailKind.BOUNCE),
    "one address of two failed": (delivery("delivered", "failed"), MailKind.BOUNCE),
    "a report without an action": (report("delivery-status", "X: y\n\nStatus: 5.1.1 (no such box)"), MailKind.BOUNCE),
    "a report of delivery": (delivery("delivered"), MailKind.DELIVERED),
    "a report of a server that reports no further": (delivery("relayed"), MailKind.DELIVERED),
    "a report of delay": (delivery("delayed"), MailKind.AUTO_REPLY),
    "a report in the wider alphabet": (
        delivery("failed").replace(b"message/delivery-status", b"message/global-delivery-status"),
        MailKind.BOUNCE,
    ),
    "a receipt of reading": (disposition("displayed"), MailKind.READ),
    "a receipt of deletion": (disposition("deleted"), MailKind.AUTO_REPLY),
    "a bounce in words, sv": (
        answer(BOUNCED, From="postmaster@granvik.example", Subject="Det gick inte att leverera: Ärende väntar"),
        MailKind.BOUNCE,
    ),
    "a bounce in words, en": (
        answer(BOUNCED, From="MAILER-DAEMON@granvik.example", Subject="failure notice"),
        MailKind.BOUNCE,
    ),
    "a bounce from nobody": (answer(BOUNCED, Return_Path="<>", Subject="Undeliverable: Ärende"), MailKind.BOUNCE),
    "a bounce that names whom": (answer(BOUNCED, X_Failed_Recipients="asta@granvik.example"), MailKind.BOUNCE),
    "a server that still tries": (
        answer(BOUNCED, From="MAILER-DAEMON@granvik.example", Subject="Warning: message delayed 24 hours"),
        MailKind.AUTO_REPLY,
    ),
    "RFC 3834": (answer(OOO, Auto_Submitted="auto-replied; owner-email=x"), MailKind.AUTO_REPLY),
    "RFC 3834, generated": (answer(OOO, Auto_Submitted="Auto-Generated"), MailKind.AUTO_REPLY),
    "a person, says RFC 3834": (answer(CODE, Auto_Submitted="no"), MailKind.ANSWER),
    "asks for no answers": (answer(OOO, X_Auto_Response_Suppress="All"), MailKind.AUTO_REPLY),
    "bulk": (answer(OOO, Precedence="bulk"), MailKind.AUTO_REPLY),
    "junk": (answer(OOO, Precedence="Junk"), MailKind.AUTO_REPLY),
    "auto_reply": (answer(OOO, Precedence="auto_reply"), MailKind.AUTO_REPLY),
    "says autoreply": (answer(OOO, X_Autoreply="yes"), MailKind.AUTO_REPLY),
    "from nobody": (answer(OOO, Return_Path="<>"), MailKind.AUTO_REPLY),
    "subject Autosvar": (answer(OOO, Subject="Autosvar: Ärende väntar"), MailKind.AUTO_REPLY),
    "subject Automatiskt svar": (answer(OOO, Subject="Automatiskt svar: Ärende väntar"), MailKind.AUTO_REPLY),
    "subject Frånvarande": (answer(OOO, Subject="Sv: Frånvarande"), MailKind.AUTO_REPLY),
    "subject Frånvaro in eight bits": (
        answer(OOO, Subject="Here").replace(b"Subject: Here", "Subject: Frånvaro".encode("latin-1")),
        MailKind.AUTO_REPLY,
    ),
    "subject Out of office": (answer(OOO, Subject="Re: Out of Office: Ärende väntar"), MailKind.AUTO_REPLY),
    "subject Automatic reply": (answer(OOO, Subject="Automatic reply: Ärende väntar"), MailKind.AUTO_REPLY),
    "our own letter sent on": (LETTER.encode(), MailKind.AUTO_REPLY),
    "our canary": (b"X-Varna-Canary: " + ID.encode() + b"\nAuto-Submitted: auto-generated\n\n.\n", MailKind.CANARY),
    "a person who takes it": (answer(f"Jag tar det.\n{CODE}\n\n/Asta"), MailKind.ANSWER),
    "a person without a code": (answer("Vem är detta?"), MailKind.OTHER),
    "an advertisement": (b"From: shop@example.com\nSubject: Rea\n\nAllt ska bort.\n", MailKind.OTHER),
    "nothing": (b"", MailKind.UNREADABLE),
    "no mail": (b"\x00\xff\xfe\x80", MailKind.UNREADABLE),
    "nested without end": (
        b"".join(b'Content-Type: multipart/mixed; boundary="%d"\n\n--%d\n' % (n, n) for n in range(5000)),
        MailKind.UNREADABLE,
    ),
}

ABOVE = {
    "plain": f"{CODE}\n\n{QUOTED}",
    "in small letters": f"ok {CODE.lower()}\n\n{QUOTED}",
    "divided": f"Kod: {CODE[:3]} {CODE[3:]}.\n\n{QUOTED}",
    "above Outlook, sv": f"{CODE}\n\n-----Ursprungligt meddelande-----\nFrån: Värna\nA2B3C4",
    "above Outlook, en": f"{CODE}\n\n________________________________\nFrom: Värna\nA2B3C4",
    "above Thunderbird, sv": f"{CODE}\n\nDen 2026-11-21 kl. 09:30, skrev Värna:\nA2B3C4",
    "above Gmail, en, on two lines": f"{CODE}\n\nOn 21 Nov 2026 at 09:30, Värna <v@varna.example>\nwrote:\nA2B3C4",
    "above a telephone, sv": f"{CODE}\n\n21 nov. 2026 kl. 09:30 skrev Värna <varna@varna.example>:\nA2B3C4",
    "above our letter without any sign": f"{CODE}\n\nSvara med {CODE}.\nLänk: https://varna.example/l/abc.def\nA2B3C4",
    "in a mail with bare carriage returns": f"{CODE}\r\r> A2B3C4",
}
HTML = {
    "Gmail": f'<div>{CODE}</div><div class="gmail_quote">A2B3C4</div>',
    "Outlook": f"<style>A2B3C4</style><p>Tar det, {CODE}</p><div><b>Från:</b> Värna<br>A2B3C4</div>",
    "Outlook on the web": f'<div>{CODE}</div><hr><div id="divRplyFwdMsg">A2B3C4</div>',
    "Apple": f"<div>{CODE}</div><blockquote type=cite>A2B3C4</blockquote>",
}


@pytest.mark.parametrize("name", ONE_OF_EACH)
def test_each_kind_of_mail_is_known_for_what_it_is(name: str) -> None:
    raw, kind = ONE_OF_EACH[name]
    inbound = read(raw)
    assert inbound.kind is kind
    assert inbound.codes == ((CODE,) if kind is MailKind.ANSWER else ())


@pytest.mark.parametrize(
    "name", [name for name, (_, kind) in ONE_OF_EACH.items() if kind in {MailKind.BOUNCE, MailKind.DELIVERED}]
)
def test_a_report_names_our_message_wherever_it_stands(name: str) -> None:
    assert ID in read(ONE_OF_EACH[name][0]).messages


def test_a_receipt_names_our_message() -> None:
    assert read(disposition("displayed")).messages[0] == ID


def test_a_report_that_brings_back_only_headers_names_our_message() -> None:
    raw = (
        delivery("failed").replace(b"message/rfc822", b"text/rfc822-headers").replace(b"X-Varna-Message", b"X-Removed")
    )
    assert ID in read(raw).messages


@pytest.mark.parametrize("text", ABOVE.values(), ids=ABOVE)
def test_a_code_above_the_quotation_is_an_answer(text: str) -> None:
    assert read(answer(text)) == Inbound(kind=MailKind.ANSWER, messages=(ID,), codes=(CODE,))


@pytest.mark.parametrize("page", HTML.values(), ids=HTML)
def test_a_code_above_the_quotation_of_a_page_is_an_answer(page: str) -> None:
    assert read(answer(page, "html")).codes == (CODE,)


@pytest.mark.parametrize("text", ABOVE.values(), ids=ABOVE)
def test_a_code_that_is_only_quoted_is_no_answer(text: str) -> None:
    assert read(answer(text.partition("\n")[2].replace("\r", "\n"))).kind is MailKind.OTHER


@pytest.mark.parametrize("page", HTML.values(), ids=HTML)
def test_a_code_that_is_only_quoted_in_a_page_is_no_answer(page: str) -> None:
    assert read(answer(page.replace(CODE, "Hej"), "html")).codes == ()


def test_an_attached_letter_of_ours_is_no_answer() -> None:
    mail = EmailMessage()
    mail["From"] = "asta@granvik.example"
    mail.set_content("Se bilagan.")
    mail.add_attachment(f"{CODE}\n", filename="kod.txt")
    letter = EmailMessage()
    letter.set_content(CODE)
    mail.add_attachment(letter)
    assert read(mail.as_bytes()).kind is MailKind.OTHER


@pytest.mark.parametrize("charset", ["x-unknown", "rot13", "undefined", "base64", "idna", "utf-16", "\x00"])
def test_a_charset_nobody_knows_does_not_hide_the_code(charset: str) -> None:
    raw = f"From: asta@granvik.example\nContent-Type: text/plain; charset={charset}\n\n{CODE}\n".encode()
    assert read(raw).kind in {MailKind.ANSWER, MailKind.OTHER}
    assert read(raw.replace(charset.encode(), b"x-unknown")).codes == (CODE,)


def test_only_the_beginning_of_a_gigantic_mail_is_looked_at() -> None:
    assert read(answer(f"{CODE}\n") + b"a" * 3 * LARGEST).codes == (CODE,)
    assert read(answer("Hej\n") + b" " * LARGEST + f"\n{CODE}\n".encode()).codes == ()


def test_whatever_is_made_to_be_slow_is_read_in_time() -> None:
    for piece in ("<!", "<!--", "<a ", "&", "skrev ", "https://", "\n" + " " * 39, "a ", "<blockquote>"):
        for kind in ("plain", "html"):
            head = f"From: x@example.org\nContent-Type: text/{kind}\n\n".encode()
            read(head + (piece * LARGEST)[:LARGEST].encode())


@given(st.binary(max_size=2000))
@example(b"Subject: =?x?b?!?=\n\n")
@example(b"Content-Type: multipart/report; boundary=\n\n--\n")
@example(b"Content-Type: text/plain; charset*=x''%ff\n\n\xff")
def test_any_bytes_whatever_are_some_kind_of_mail(raw: bytes) -> None:
    assert isinstance(read(raw), Inbound)


@given(
    st.sampled_from([raw for raw, _ in ONE_OF_EACH.values() if len(raw) < 5000]),
    st.lists(st.tuples(st.integers(0, 5000), st.integers(0, 40), st.binary(max_size=8)), max_size=5),
)
def test_a_mail_damaged_on_its_way_is_some_kind_of_mail(raw: bytes, wounds: Sequence[tuple[int, int, bytes]]) -> None:
    for where, length, instead in wounds:
        raw = raw[:where] + instead + raw[where + length :]
    assert isinstance(read(raw), Inbound)


def corpus() -> list[Path]:
    """The e-mail tests of this Python; empty if it ships none."""
    spec = importlib.util.find_spec("test.test_email") if importlib.util.find_spec("test") else None
    return sorted((Path(spec.origin).parent / "data").glob("msg_*.txt")) if spec and spec.origin else []


def test_the_ugly_mail_of_pythons_own_tests_is_read() -> None:
    if not corpus():
        pytest.skip("this Python ships no tests of its own")
    kinds = [read(path.read_bytes()).kind for path in corpus()]
    assert len(kinds) > 40
    assert kinds.count(MailKind.UNREADABLE) < 5
    assert MailKind.BOUNCE in kinds


@pytest.mark.parametrize("recipient,kind", [("asta", MailKind.AUTO_REPLY), ("canary", MailKind.CANARY)])
def test_what_we_send_ourselves_is_never_an_answer(recipient: str, kind: MailKind) -> None:
    message = Message(
        id=ID,
        organisation="9001",
        recipient=recipient,
        address="",
        urgency="now",
        subject="Ärende",
        body=f"Svara {CODE}",
    )
    mail = compose(message, "varna@varna.example", "asta@granvik.example")
    assert read(mail.as_bytes()) == Inbound(kind=kind, messages=(ID,))
