"""What the OpenAPI document says beside what FastAPI sees by itself: bodies read strictly, problems, examples."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from models.commands import command_schema
from models.report import Report
from web.problems import MEDIA, ProblemDocument

if TYPE_CHECKING:
    from fastapi import FastAPI

KEY = (
    "A mark of your own choosing, a UUID for instance: the same key sent again is the same action, never a second one."
)
ETAG = 'The number of the last event of the case, in quotation marks, such as "17".'
SAID = {
    401: "No token, or one that is unknown, expired or revoked.",
    403: "The token's scopes do not reach so far.",
    404: "There is no such thing for this caller. What may not be seen does not exist.",
    409: "A rule says no: `code` names it, `field` what to change. Nothing has happened.",
    412: "The case is not any more as the caller has seen it; `ETag` says how it stands.",
    413: "More bytes than are taken here. Nothing was kept.",
    422: "Something in the input is wrong: `errors` names each field. Nothing was kept.",
    429: "More calls a minute than a program may make; wait for `Retry-After` seconds.",
    503: "Engine or database are out of reach. Send it again with the same key after `Retry-After` seconds.",
}
REPORT: dict[str, Any] = {
    "organisation": "9001",
    "what": "Någon ropade hotfulla ord utanför kommunhuset efter mötet.",
    "reach": {"telephone": "070-174 06 10", "safe_time": "Efter 17"},
    "kinds": ["threat_veiled"],
}
COMMAND: dict[str, Any] = {"type": "add_note", "text": "Ringde tillbaka, allt lugnt."}
REF = "9001-FV-2026-00001"


LOCAL_TIME = "^[0-9]{2}:[0-9]{2}(:[0-9]{2}(\\.[0-9]+)?)?$"


def refused(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The ways an operation can say no; too fast it may be anywhere."""
    schema = {"schema": {"$ref": "#/components/schemas/ProblemDocument"}}
    return {status: {"description": SAID[status], "content": {MEDIA: schema}} for status in sorted({*statuses, 429})}


def body(schema: str, example: dict[str, Any]) -> dict[str, Any]:
    """A body of JSON, read strictly by ourselves."""
    content = {"schema": {"$ref": f"#/components/schemas/{schema}"}, "examples": {"usual": {"value": example}}}
    return {"requestBody": {"required": True, "content": {"application/json": content}}}


def describe(api: FastAPI) -> dict[str, Any]:
    """The OpenAPI document, made once."""
    if api.openapi_schema is None:
        whole = _made(api)
        schemas = whole.setdefault("components", {}).setdefault("schemas", {})
        for name, schema in _own_schemas().items():
            schemas.setdefault(name, schema)
        for path in whole["paths"].values():
            for operation in path.values():
                # FastAPI's own form of a failed validation is never sent here.
                if "422" in operation["responses"]:
                    operation["responses"]["422"] = refused(422)[422]
        for unused in ("HTTPValidationError", "ValidationError"):
            schemas.pop(unused, None)
        _say_local_times(schemas)
        api.openapi_schema = whole
    return api.openapi_schema


def _say_local_times(schema: Any) -> None:
    """A time of day on a wall has no time zone, as the format of that name would have it."""
    if isinstance(schema, list):
        for one in schema:
            _say_local_times(one)
    elif isinstance(schema, dict):
        if schema.get("format") == "time":
            schema["pattern"] = LOCAL_TIME
            del schema["format"]
        for one in schema.values():
            _say_local_times(one)


def _made(api: FastAPI) -> dict[str, Any]:
    from fastapi.openapi.utils import get_openapi  # noqa: PLC0415 - only whoever asks for the document needs it

    return get_openapi(
        title=api.title,
        version=api.version,
        description=api.description,
        routes=api.routes,
        servers=[{"url": "/api/v1"}],
        license_info={"name": "EUPL-1.2", "identifier": "EUPL-1.2"},
        tags=[
            {"name": "reports", "description": "What somebody said, handed in."},
            {"name": "cases", "description": "Cases as the caller may see them, and what is done in them."},
            {"name": "evidence", "description": "Files, sealed as they come."},
            {"name": "organisation", "description": "People, duty and the adopted routine."},
        ],
    )


def _own_schemas() -> dict[str, Any]:
    reference = "#/components/schemas/{model}"
    report = Report.model_json_schema(ref_template=reference)
    command = command_schema(reference)
    schemas = {**report.pop("$defs", {}), **command.pop("$defs", {})}  # type: ignore[dict-item]
    problem = ProblemDocument.model_json_schema(ref_template=reference)
    schemas |= problem.pop("$defs", {})
    # The key of the request is the id of the command: nobody has to say it twice.
    for one in schemas.values():
        if "type" in one.get("properties", {}) and "id" in one.get("required", ()):
            one["required"] = [name for name in one["required"] if name != "id"]
    return {**schemas, "Report": report, "Command": command, "ProblemDocument": problem}


LARGEST_FILE = 1024 * 1024 * 1024
"""Bytes of a request that carries a file: the installation's own limit is lower, and says how much."""
_BINARY = {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}
FILE: dict[str, Any] = {"requestBody": {"required": True, "content": _BINARY}}
BYTES: dict[str, Any] = {"description": "The bytes as they were received.", "content": _BINARY}
