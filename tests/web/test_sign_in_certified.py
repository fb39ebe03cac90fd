"""Signing in at a certified identity provider (npm `oidc-provider`), from its own pages and back."""

from __future__ import annotations

import asyncio
import re
import shutil
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import parse_qs, urljoin, urlsplit

import httpx2
import pytest

from desk.sign_in.door import Grant, Reading
from desk.sign_in.provider import Registration
from models.vocabulary.people import Role
from storage import people
from storage.database import Database
from storage.keys import KeyRing
from tests.engine import free_port
from tests.web.doorway import CHIEF, DUTY, Browser, Doorway, doorway
from tests.web.oidc.forger import CLIENT, SECRET

HERE = Path(__file__).parent / "oidc"
READING = Reading("preferred_username", "groups", (Grant("hr-group", "9001", Role.HR),))


@pytest.fixture(scope="session")
def installed(request: pytest.FixtureRequest) -> Path:
    """A folder with the provider installed, kept from run to run. Skips where there is no node, or npm brings none."""
    if shutil.which("npm") is None:
        pytest.skip("there is no node here to run the certified identity provider: apt-get install nodejs npm")
    folder = request.config.cache.mkdir("oidc-provider")
    for name in ("package.json", "provider.mjs"):
        shutil.copy(HERE / name, folder)
    if not (folder / "node_modules" / "oidc-provider").exists():
        quiet = ("--no-save", "--ignore-scripts", "--no-audit", "--no-fund", "--no-package-lock")
        done = subprocess.run(["npm", "install", *quiet], cwd=folder, check=False, capture_output=True, timeout=110)
        if done.returncode:
            pytest.skip("npm brings no certified identity provider to this machine")
    return folder


@asynccontextmanager
async def running(folder: Path, port: int, pages: str) -> AsyncIterator[None]:
    """The provider as a program of its own."""
    program = await asyncio.create_subprocess_exec(
        *("node", "provider.mjs", str(port), CLIENT, SECRET, pages),
        cwd=folder,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        assert program.stdout is not None
        assert b"ready" in await asyncio.wait_for(program.stdout.readline(), 30)
        yield
    finally:
        program.kill()
        await program.wait()


@pytest.fixture
async def certified(sqlite_url: str, ring: KeyRing, installed: Path) -> AsyncIterator[Doorway]:
    database, port, pages = Database(sqlite_url), free_port(), f"http://localhost:{free_port()}"
    registration = Registration(f"http://localhost:{port}", CLIENT, f"{pages}/logga-in/oidc/svar", SECRET)
    async with (
        running(installed, port, pages),
        doorway(database, ring, registration=registration, reading=READING, public_url=pages) as door,
    ):
        yield door
    await database.close()


async def at_the_provider(person: httpx2.AsyncClient, url: str, subject: str, pages: str) -> str:
    """Sign in on the provider's own pages and agree; where it sends the browser back to."""
    answer = await person.get(url)
    for _ in range(12):
        if answer.is_redirect:
            place = urljoin(str(answer.url), answer.headers["location"])
            if place.startswith(pages):
                return place
            answer = await person.get(place)
            continue
        form = re.search(r'action="(.*?)"', answer.text)
        assert form, answer.text
        prompt = re.search(r'name="prompt" value="(.*?)"', answer.text)
        fields = {"prompt": prompt[1] if prompt else "", "login": subject, "password": "anything"}
        answer = await person.post(urljoin(str(answer.url), form[1]), data=fields)
    raise AssertionError("it never sent us back")


async def signs_in(browser: Browser, subject: str, next: str = "/jour") -> httpx2.Response:
    sent = await browser.get("/logga-in/oidc", params={"next": next})
    async with httpx2.AsyncClient(trust_env=False) as person:
        # The pages are known by another address than they are served at, as behind a proxy.
        place = sent.headers["location"]
        known = parse_qs(urlsplit(place).query)["redirect_uri"][0]
        back = await at_the_provider(person, place, subject, known)
    return await browser.get(f"/logga-in/oidc/svar?{back.partition('?')[2]}")


async def test_somebody_signs_in_there_and_is_known_here_with_their_roles(certified: Doorway) -> None:
    async with certified.browser() as browser, certified.browser() as stranger:
        done = await signs_in(browser, f"{DUTY}:hr-group:other-group")
        assert (done.status_code, done.headers["location"]) == (303, "/jour")
        assert await browser.signed_in()
        async with certified.database.reading() as session:
            assert Role.HR in (await people.actor(session, DUTY)).roles
        refused = await signs_in(stranger, "nobody")
        assert refused.status_code == 403
        assert not stranger.session


async def test_it_knows_where_to_send_whoever_signs_out(certified: Doorway) -> None:
    async with certified.browser() as browser:
        assert (await signs_in(browser, CHIEF)).status_code == 303
        await browser.form("/logga-ut")
        away = await browser.get("/utloggad/leverantor")
        async with httpx2.AsyncClient(trust_env=False) as person:
            page = await person.get(away.headers["location"])
        assert page.status_code == 200
        assert "logout" in page.text
