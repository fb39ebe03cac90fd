"""Evidence: up as raw bytes, sealed as they come; down as a download, each byte tried before it is given."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Header, Path, Request, Response

from desk import evidence
from models.areas import Area
from models.message import CaseRef, Code, Frozen, Instant
from models.scopes import Scope
from models.vocabulary.reading import Via
from web import downloads, uploads
from web.api import described
from web.api.caller import Caller, needs
from web.api.cases import Ref

router = APIRouter(tags=["evidence"])
Holder = Annotated[Caller, Depends(needs(Scope.EVIDENCE, Area.CASE))]


class EvidenceDocument(Frozen):
    """A file that is kept."""

    evidence: Code
    case: CaseRef
    received: Instant
    size: int
    """Bytes."""
    sha256: str
    """Of the bytes as they were received, in hexadecimal: what the ledger has too."""
    type: str
    """Media type, by what is in it."""
    lies: bool = False
    """Its name says that it is something else."""
    recorded: bool = True
    """False if the case has not been told yet; it will be."""


class EvidenceList(Frozen):
    """The files of a case."""

    case: CaseRef
    evidence: tuple[EvidenceDocument, ...]


@router.post(
    "/cases/{ref}/evidence",
    operation_id="addEvidence",
    summary="Hand in a file",
    status_code=201,
    responses=described.refused(401, 403, 404, 409, 413, 422, 503),
    openapi_extra=described.FILE,
    max_body_size=described.LARGEST_FILE,
)
async def add(
    request: Request,
    response: Response,
    caller: Holder,
    ref: Ref,
    name: Annotated[  # noqa: ARG001 - read by `uploads.bare`; named here for the document
        str,
        Header(alias="X-File-Name", max_length=2000, description="Its name, percent-encoded. Sealed with it."),
    ] = "",
) -> EvidenceDocument:
    """The body is the file. It is kept sealed, its hash stands in the answer and in the ledger of the case."""
    file = uploads.bare(request, caller.desk.vault.largest)
    label = evidence.Label(name=file.name)
    kept = await evidence.receive(caller.desk, ref, caller.actor.id, file.chunks, datetime.now(UTC), label)
    response.headers["Location"] = f"/api/v1/evidence/{kept.piece.id}"
    return EvidenceDocument.model_validate(kept.document())


@router.get(
    "/cases/{ref}/evidence",
    operation_id="listEvidence",
    summary="The files of a case",
    responses=described.refused(401, 403, 404, 422, 503),
)
async def several(caller: Holder, ref: Ref) -> EvidenceList:
    """For those who may see the whole case."""
    found = await evidence.of_case(caller.desk, ref, caller.actor.id, Via.API)
    documents = (
        EvidenceDocument(
            evidence=one.id,
            case=one.case,
            received=one.received,
            size=one.size,
            sha256=one.digest,
            type=one.type,
            recorded=one.recorded,
        )
        for one in found
    )
    return EvidenceList(case=ref, evidence=tuple(documents))


@router.get(
    "/evidence/{identity}",
    operation_id="getEvidence",
    summary="One file",
    response_class=Response,
    responses={200: described.BYTES, **described.refused(401, 403, 404, 422, 503)},
)
async def one(
    caller: Holder, identity: Annotated[str, Path(max_length=64, openapi_examples={"usual": {"value": "0" * 32}})]
) -> Response:
    """The bytes as they were received; always as a download, whatever they are."""
    piece, chunks = await evidence.send(caller.desk, caller.actor.id, identity)
    return downloads.download(piece, chunks)
