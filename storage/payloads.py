"""The engine sees nothing: every payload of a case is encrypted under the case's own key.

Search attributes, memo keys, workflow ids and the types of errors are not payloads: codes only.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Self

from temporalio.api.common.v1 import Payload
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.converter import (
    ActivitySerializationContext,
    DataConverter,
    DefaultFailureConverterWithEncodedAttributes,
    PayloadCodec,
    SerializationContext,
    WithSerializationContext,
    WorkflowSerializationContext,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from storage.database import Database
    from storage.keys import DataKey, KeyRing

CASE = "case-"
"""Workflow ids of cases: this and the case reference."""
OPS = "ops-"
"""Workflow ids of housekeeping, whose payloads are codes and stay in clear."""
ENCODING = b"binary/encrypted"


class NoCase(RuntimeError):
    """A payload that belongs to no case: it is not sent in clear."""


class CasePayloads(PayloadCodec, WithSerializationContext):
    """Encrypts the payloads of one workflow; which one, Temporal says by `with_context`."""

    def __init__(self, database: Database, ring: KeyRing, workflow: str | None = None) -> None:
        self._database = database
        self._ring = ring
        self._workflow = workflow

    def with_context(self, context: SerializationContext) -> Self:
        """The codec for the workflow of this context."""
        workflow = None
        if isinstance(context, WorkflowSerializationContext | ActivitySerializationContext):
            workflow = context.workflow_id
        return type(self)(self._database, self._ring, workflow)

    async def encode(self, payloads: Sequence[Payload]) -> list[Payload]:
        """Encrypt; raises `NoCase` rather than let something out in clear."""
        if self._workflow is not None and self._workflow.startswith(OPS):
            return list(payloads)
        ref = self._case()
        key = await self._key(ref)
        return [
            Payload(
                metadata={"encoding": ENCODING},
                data=key.encrypt(payload.SerializeToString(deterministic=True), _context(ref)),
            )
            for payload in payloads
        ]

    async def decode(self, payloads: Sequence[Payload]) -> list[Payload]:
        """Decrypt what is encrypted."""
        if not any(payload.metadata.get("encoding") == ENCODING for payload in payloads):
            return list(payloads)
        ref = self._case()
        key = await self._key(ref)
        return [
            Payload.FromString(key.decrypt(payload.data, _context(ref)))
            if payload.metadata.get("encoding") == ENCODING
            else payload
            for payload in payloads
        ]

    def _case(self) -> str:
        if self._workflow is None or not self._workflow.startswith(CASE):
            raise NoCase(f"a payload of {self._workflow or 'no workflow'} has no case to be encrypted for")
        return self._workflow.removeprefix(CASE)

    async def _key(self, ref: str) -> DataKey:
        if key := self._ring.remembered(ref):
            return key
        async with self._database.reading() as session:
            return await self._ring.key(session, ref)


def data_converter(database: Database, ring: KeyRing) -> DataConverter:
    """Pydantic models in, ciphertext out; the messages of errors too."""
    return replace(
        pydantic_data_converter,
        payload_codec=CasePayloads(database, ring),
        failure_converter_class=DefaultFailureConverterWithEncodedAttributes,
    )


def payload_context(workflow: str) -> str:
    """What the payloads of a case's workflow are encrypted for."""
    return _context(workflow.removeprefix(CASE))


def _context(ref: str) -> str:
    return f"{ref}/payload"
