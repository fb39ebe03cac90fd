"""What the engine remembers of each case, in outline: which event when, and the hash of each. Payloads stay sealed."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from google.protobuf.json_format import MessageToDict
from temporalio.api.enums.v1 import EventType

from audit import runs
from audit.package.verifier import canonical
from storage.keys import KeyDestroyed, UnknownKey
from storage.vault import Damaged, VaultOutOfReach
from workflows.client import EngineOutOfReach

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from activities.history import Run
    from desk.desk import Desk

OUT_OF_REACH, ERASED, DAMAGED, NONE = "out_of_reach", "erased", "damaged", "none"


async def histories(desk: Desk, refs: Sequence[str], *, whole: bool) -> tuple[dict[str, bytes], dict[str, str]]:
    """Files of the package by name, and for each case without a history, or without a part of it, why.

    :param whole: with each run as the engine keeps it: whoever has the key of the case can replay it.
    """
    files: dict[str, bytes] = {}
    lacking: dict[str, str] = {}
    engine = True
    for ref in refs:
        try:
            async with desk.database.reading() as session:
                key = await desk.ring.key(session, ref)
            found = await runs.of_case(desk, key, ref, engine=engine)
        except (KeyDestroyed, UnknownKey):
            lacking[ref] = ERASED
            continue
        except Damaged:
            lacking[ref] = DAMAGED
            continue
        except (EngineOutOfReach, VaultOutOfReach) as away:
            lacking[ref] = OUT_OF_REACH
            engine = engine and not isinstance(away, EngineOutOfReach)
            continue
        engine = not found.silent
        if found.missing is not None:
            lacking[ref] = found.missing or NONE
        if not found.runs:
            continue
        files[f"cases/{ref}/history.jsonl"] = b"".join(_outline(found.runs))
        if whole:
            files |= {f"cases/{ref}/history/{n}.bin": run.to_bytes() for n, run in enumerate(found.runs, start=1)}
    return files, lacking


def _outline(found: Sequence[Run]) -> Iterator[bytes]:
    for number, run in enumerate(found, start=1):
        for event in run.events:
            digest = hashlib.sha256(event.SerializeToString(deterministic=True)).hexdigest()
            kind = EventType.Name(event.event_type).removeprefix("EVENT_TYPE_").lower()
            its = {"run": number, "id": run.id, "event": event.event_id, "type": kind, "sha256": digest}
            yield canonical(its | {"at": MessageToDict(event.event_time)})
