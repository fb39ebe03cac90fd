"""Commands: what is done in a case, by the same rules as everywhere."""

from __future__ import annotations

import json
from typing import Annotated

from fastapi import APIRouter, Depends, Header, Request, Response

from desk import action, look
from models.areas import Area
from models.commands import COMMAND_LIMIT, read_command
from models.refusal import BadInput, Problem
from models.scopes import Scope, scopes_issue
from storage.tables import Via
from web.api import described
from web.api.caller import Caller, needs
from web.api.cases import Ref, etag
from web.api.trouble import Changed, OutOfScope
from workflows.messages import Receipt

router = APIRouter(tags=["cases"])


@router.post(
    "/cases/{ref}/commands",
    operation_id="act",
    summary="Do something in a case",
    responses=described.refused(401, 403, 404, 409, 412, 413, 422, 503),
    openapi_extra=described.body("Command", described.COMMAND),
    max_body_size=COMMAND_LIMIT + 1,
)
async def act(
    request: Request,
    response: Response,
    caller: Annotated[Caller, Depends(needs(Scope.ACT, Area.CASE))],
    ref: Ref,
    key: Annotated[
        str,
        Header(
            alias="Idempotency-Key",
            min_length=1,
            max_length=100,
            pattern=r"^[0-9A-Za-z][0-9A-Za-z_.:/-]*$",
            description=described.KEY,
        ),
    ],
    expected: Annotated[str | None, Header(alias="If-Match", max_length=100, description=described.ETAG)] = None,
) -> Receipt:
    """Propose a command and wait for the recorded answer.

    The key is the id of the command. With `If-Match` nothing is done unless the case is as the caller has seen it.
    """
    command = read_command(_with_id(await request.body(), key))
    if not scopes_issue(caller.scopes, type(command)):
        raise OutOfScope(Scope.ACT)
    if expected is not None and expected != "*":
        seen = etag((await look.case(caller.desk, ref, caller.actor.id, via=Via.API)).case.seq)
        if expected != seen:
            raise Changed(seen)
    receipt = await action.act(caller.desk, ref, command, caller.actor.id)
    response.headers["ETag"] = etag(receipt.last)
    return receipt


def _with_id(raw: bytes, key: str) -> bytes:
    """The command with its key as id; one that says another id itself is refused."""
    try:
        document = json.loads(raw)
    except (ValueError, RecursionError):
        return raw  # the strict reader says what is wrong with it
    if not isinstance(document, dict):
        return raw
    if document.setdefault("id", key) != key:
        raise BadInput(Problem(field="id", code="key_differs", reason="the Idempotency-Key is another"))
    return json.dumps(document).encode()
