"""Programs send whatever the published document allows, and what it does not: every answer is one it announces."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import GenerationMode
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.web.city import City
from tests.web.stories import ALICE, CHARLIE, SAM

if TYPE_CHECKING:
    from collections.abc import Iterator

CHECKS = [  # 503 is announced: the engine is away
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
EXAMPLES = 8
"""Of each operation, and of each kind: as announced, and not so."""
FEW = 2


@pytest.mark.parametrize("who", [ALICE, SAM, CHARLIE])
async def test_nothing_that_a_program_sends_breaks_anything(own_city: City, who: str) -> None:
    async with own_city.program(who) as program:
        document = (await program.get("/openapi.json")).json()
        token = program.headers["authorization"]
    examples = EXAMPLES if who == ALICE else FEW
    assert await asyncio.to_thread(lambda: [*_wrong(document, own_city, token, examples)]) == []


async def test_nothing_that_a_program_sends_without_a_token_does_anything(own_city: City) -> None:
    async with own_city.visitor() as nobody:
        document = (await nobody.get("/api/v1/openapi.json")).json()
    assert await asyncio.to_thread(lambda: [*_wrong(document, own_city, "", FEW)]) == []


def _wrong(document: dict[str, Any], city: City, token: str, examples: int) -> Iterator[str]:
    """What goes wrong when each operation is called some times, with numbers of cases that there are."""
    schema = schemathesis.openapi.from_dict(document)
    headers = {"Authorization": token} if token else {}
    refs = [city.ref("police"), city.ref("fresh"), city.ref("prevention")]
    limits = settings(
        max_examples=examples,
        database=None,
        deadline=None,
        derandomize=True,
        phases=[Phase.generate],
        suppress_health_check=[*HealthCheck],
    )
    for found in schema.get_all_operations():
        operation: Any = found.ok()  # type: ignore[union-attr]
        for mode in GenerationMode:
            if error := _called(operation, mode, limits, f"{city.url}/api/v1", headers, refs):
                yield f"{operation.label}: {error}"


def _called(
    operation: Any, mode: GenerationMode, limits: settings, url: str, headers: dict[str, str], refs: list[str]
) -> str:
    @limits
    @given(case=operation.as_strategy(generation_mode=mode))
    def call(case: Any) -> None:
        if "ref" in (case.path_parameters or {}) and mode is GenerationMode.POSITIVE:
            case.path_parameters["ref"] = refs[len(case.headers or {}) % len(refs)]
        case.call_and_validate(base_url=url, headers=headers, checks=CHECKS, timeout=20)

    try:
        call()
    except Exception as error:  # noqa: BLE001 - whatever it is, it is said with its operation
        return str(error)[:600]
    return ""
