"""What the pages count: answers by the pattern of their route, never by what was asked for."""

from __future__ import annotations

from pathlib import Path

from tests.web.city import City, copied, opened
from tests.web.programs import program
from tests.web.stories import ALICE

SHOWN = {"X-Forwarded-For": "192.0.2.1"}


async def test_answers_are_counted_by_pattern_and_no_case_number_stands_there(city: City) -> None:
    ref = city.ref("support")
    async with city.visitor(ALICE) as alice, program(city, ALICE) as service:
        await alice.get(f"/arenden/{ref}")
        await service.get(f"/cases/{ref}")
        await alice.get("/nowhere/at-all")
        shown = (await alice.get("/metrics")).text
    assert 'route="/arenden/{ref}",status="2xx"' in shown
    assert 'route="/api/v1/cases/{ref}",status="2xx"' in shown
    assert 'route="none",status="4xx"' in shown
    assert ref not in shown
    assert "nowhere" not in shown


async def test_nobody_elsewhere_reads_them_unless_they_know_the_secret(
    city: City, built: tuple[Path, dict[str, list[str]]], tmp_path: Path
) -> None:
    async with city.visitor() as stranger:
        assert (await stranger.get("/metrics", headers=SHOWN)).status_code == 404
    home, refs = built
    async with opened(copied(home, tmp_path / "city"), refs, metrics_secret="hemligt") as other, other.visitor() as it:
        assert (await it.get("/metrics")).status_code == 404
        assert (await it.get("/metrics", headers={"Authorization": "Bearer fel"})).status_code == 404
        assert (await it.get("/metrics", headers={"Authorization": "Bearer hemligt", **SHOWN})).status_code == 200
