"""`make screenshots`: the main pages as people see them, light and dark, on a phone and on a desk."""

from __future__ import annotations

import asyncio
import shutil
import sys
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from models.areas import Area
from tests.house import ROOT
from tests.web import city
from tests.web.browser import DESKTOP, PHONE, Chromium, Look, chromium
from tests.web.stories import ALICE, BOB, CLEO, DAG, DISA, REV, SAM
from web.navigation import PATHS
from web.pages.audit import hub

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.web.city import City

FOLDER = ROOT / "screenshots"
LOOKS = [
    replace(look, name=f"{look.name}-{scheme}", scheme=scheme)
    for look in (PHONE, DESKTOP)
    for scheme in ("light", "dark")
]
"""The phone is a larger one than in the tests: these pictures are for the eye."""


class Shot(NamedTuple):
    """A page, and who looks at it."""

    name: str
    path: str
    who: str | None = None


def shots(town: City) -> Iterator[Shot]:
    """The main pages."""
    yield Shot("home", "/")
    yield Shot("report", "/rapportera")
    yield Shot("my-report", "/min-rapport")
    yield Shot("sign-in", "/logga-in")
    yield Shot("worklist", "/arenden", BOB)
    yield Shot("worklist-head-of-security", "/arenden", ALICE)
    for story in ("alarm", "triaged", "waiting", "police", "support", "closing", "long", "merged"):
        yield Shot(f"case-{story}", f"/arenden/{town.ref(story)}", ALICE if story in {"alarm", "waiting"} else BOB)
    yield Shot("case-headline", f"/arenden/{town.ref('police')}", DAG)
    for form, story in {"triage": "fresh", "assess_risk": "police", "record_police": "police"}.items():
        yield Shot(f"case-{form}", f"/arenden/{town.ref(story)}/{form}", BOB)
    for form, who in {"approve": ALICE, "agree_support": BOB, "add_evidence": BOB}.items():
        yield Shot(f"case-{form}", f"/arenden/{town.ref('waiting')}/{form}", who)
    yield Shot("case-log_follow_up", f"/arenden/{town.ref('support')}/log_follow_up", BOB)
    yield Shot("glass", "/nodoppning", DAG)
    yield Shot("destruction", "/gallring", "granvik-arkivarie")
    yield Shot("case-prevention", f"/arenden/{town.ref('prevention')}", CLEO)
    yield Shot("prevention", "/forebyggande", CLEO)
    yield Shot("search", "/sok", BOB)
    yield Shot("contacts", "/kontakter", ALICE)
    yield Shot("duty", "/jour", ALICE)
    yield Shot("routine", "/rutin", ALICE)
    yield Shot("administration", "/administration", SAM)
    for section in hub.SECTIONS:
        yield Shot(f"audit-{section.name}", section.path, DISA if section.area is Area.ACCESS_LOG else REV)
    yield Shot("audit", PATHS[Area.AUDIT], REV)
    yield Shot("account", "/konto", BOB)
    yield Shot("not-found", "/finns-inte", BOB)


async def take(folder: Path) -> list[str]:
    """Take all pictures; the names of the pages that are not there."""
    missing = set()
    with tempfile.TemporaryDirectory(prefix="varna-") as home:
        refs = await city.build(Path(home))
        async with city.opened(Path(home), refs) as town, chromium() as browser:
            for shot in shots(town):
                for look in LOOKS:
                    if not await _take(browser, town, shot, look, folder / f"{shot.name}-{look.name}.png"):
                        missing.add(shot.path)
    return sorted(missing - {"/finns-inte"})


async def _take(browser: Chromium, town: City, shot: Shot, look: Look, file: Path) -> bool:
    if look.width < DESKTOP.width:
        look = replace(look, width=390, height=844, scale=2)
    async with town.page(browser, shot.who, look) as page:
        answer = await page.goto(shot.path)
        await page.screenshot(path=file, full_page=True)
    return answer is not None and answer.ok


def main() -> int:
    """Take them anew, and list them."""
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir()
    missing = asyncio.run(take(FOLDER))
    for file in sorted(FOLDER.iterdir()):
        sys.stdout.write(f"{file.relative_to(ROOT)}\n")
    for path in missing:
        sys.stderr.write(f"{path}: not there\n")
    return len(missing)


if __name__ == "__main__":
    sys.exit(main())
