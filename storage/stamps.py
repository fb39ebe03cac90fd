"""Time stamps of RFC 3161: somebody else attests that a checkpoint was there at a time."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, NamedTuple

from rfc3161_client import HashAlgorithm, TimestampRequestBuilder, decode_timestamp_response

if TYPE_CHECKING:
    from datetime import datetime

    from rfc3161_client import TimeStampRequest

QUERY, REPLY = "application/timestamp-query", "application/timestamp-reply"
GRANTED = (0, 1)
"""Statuses of RFC 3161 §2.4.2: granted, or granted with changes."""
LARGEST = 64 * 1024
"""Bytes of an answer that is read at all."""


class BadStamp(ValueError):
    """What the authority answered is no time stamp of what was asked."""


class Stamp(NamedTuple):
    """What is asked, with the request to send."""

    request: TimeStampRequest
    asked: bytes


def request(note: str) -> Stamp:
    """Ask for a time stamp of a checkpoint: SHA-256 of its text, with a nonce, and the authority's certificate."""
    made = TimestampRequestBuilder().data(note.encode()).hash_algorithm(HashAlgorithm.SHA256).build()
    return Stamp(made, made.as_bytes())


def token(answer: bytes, asked: Stamp, note: str) -> bytes:
    """The authority's answer as it is kept, once it is one to this question; raises `BadStamp`."""
    if len(answer) > LARGEST:
        raise BadStamp("too large")
    try:
        read = decode_timestamp_response(answer)
        fits = read.status in GRANTED and read.tst_info.nonce == asked.request.nonce
    except ValueError as error:
        raise BadStamp("not a time stamp") from error
    if not fits or not stands_for(answer, note):
        raise BadStamp("not of what was asked")
    return answer


def stands_for(answer: bytes, note: str) -> bool:
    """Whether a stamp is of this text. By whom it is signed is for `openssl ts -verify` and the authority's own key."""
    try:
        imprint = decode_timestamp_response(answer).tst_info.message_imprint.message
    except (ValueError, TypeError):
        return False
    return bool(imprint == hashlib.sha256(note.encode()).digest())


def stamped_at(answer: bytes) -> datetime:
    """When, by the authority's clock; raises `BadStamp`."""
    try:
        at: datetime = decode_timestamp_response(answer).tst_info.gen_time
    except (ValueError, TypeError) as error:
        raise BadStamp("not a time stamp") from error
    return at
