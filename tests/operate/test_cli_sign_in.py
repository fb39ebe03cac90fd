"""Letting people in and programs call, from the command line."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from i18n import words
from models.refusal import BadInput
from operate.house import House
from operate.serve import offer_of, refuse_fictitious_in_the_open
from operate.up import _welcome, prepare
from settings import Settings
from storage import accounts, openings, programs
from tests.operate.commands import CHIEF, at_home, plain, varna

ADMINISTRATOR = "granvik-systemforvaltare"


@pytest.mark.usefixtures("home")
def test_a_link_is_printed_once_and_opens_an_account() -> None:
    ended = varna("sign-in", "link", "--user", CHIEF)
    assert ended.code == 0
    first, url = ended.out.strip().splitlines()
    assert CHIEF in first
    assert url.startswith("http://127.0.0.1:7280/oppna/")
    token = url.rpartition("/")[2]

    async def opened(house: House) -> object:
        async with house.database.reading() as session:
            return await openings.look(session, token, datetime.now(UTC))

    assert at_home(opened)
    document = varna("sign-in", "link", "--user", CHIEF, "--json").document
    assert set(document) == {"user", "url", "expires"}
    assert at_home(opened) is None  # the newest alone


@pytest.mark.usefixtures("home")
def test_nobody_is_let_in_who_is_not_here() -> None:
    ended = varna("sign-in", "link", "--user", "nobody")
    assert (ended.code, ended.out) == (2, "")


@pytest.mark.usefixtures("home")
def test_a_token_is_made_listed_and_taken_back() -> None:
    made = varna("token", "create", "journal", "--as", CHIEF, "--scope", "read", "--scope", "act", "--days", "30")
    assert made.code == 0
    token = made.out.strip().splitlines()[-1]

    async def known(house: House) -> programs.Program | None:
        async with house.database.reading() as session:
            return await programs.resolve(session, token, datetime.now(UTC))

    program = at_home(known)
    assert program
    assert (program.user, sorted(program.scopes)) == (CHIEF, ["act", "read"])
    assert program.expires - datetime.now(UTC) > timedelta(days=29)
    listed = varna("token", "list")
    assert "journal" in plain(listed.out)
    assert token not in listed.out
    assert varna("token", "list", "--json").document["tokens"][0]["code"] == "journal"
    assert varna("token", "revoke", "journal").code == 0
    assert at_home(known) is None
    assert varna("token", "revoke", "unheard-of").code == 4


@pytest.mark.usefixtures("home")
@pytest.mark.parametrize(
    "line, field",
    [
        (("Journal", "--as", CHIEF, "--scope", "read", "--days", "30"), "code"),
        (("journal", "--as", CHIEF, "--scope", "read", "--days", "400"), "expires"),
        (("journal", "--as", CHIEF, "--scope", "read", "--days", "0"), "expires"),
        (("journal", "--as", "nobody", "--scope", "read", "--days", "30"), "as"),
        (("journal", "--as", CHIEF, "--scope", "everything", "--days", "30"), "scope"),
        (("journal", "--as", CHIEF, "--days", "30"), "scope"),
    ],
)
def test_what_makes_no_token_is_named(line: tuple[str, ...], field: str) -> None:
    ended = varna("token", "create", *line, "--json")
    assert ended.code == 2
    assert ended.error["field"] == field


@pytest.mark.usefixtures("home")
def test_the_first_administrator_gets_a_link_until_somebody_can_sign_in() -> None:
    settings, sv = Settings(), words("sv", strict=True)
    told, url = asyncio.run(_welcome(settings, sv))
    assert "systemforvaltare" in told
    assert "/oppna/" in url

    async def sets_up(house: House) -> None:
        async with house.database.writing() as session:
            await accounts.ensure(session, ADMINISTRATOR)
            await accounts.put_password(session, ADMINISTRATOR, "$argon2id$…", datetime.now(UTC))

    at_home(sets_up)
    assert asyncio.run(_welcome(settings, sv))[1] == "http://127.0.0.1:7280"


def test_where_nobody_is_an_administrator_it_says_what_to_do(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path)
    asyncio.run(prepare(settings, fictitious=False))
    told, _ = asyncio.run(_welcome(settings, words("sv", strict=True)))
    assert "varna contacts import" in told


@pytest.mark.usefixtures("home")
def test_where_everybody_is_invented_one_is_led_to_the_cast() -> None:
    told, url = asyncio.run(_welcome(Settings(fictitious=True), words("en", strict=True)))
    assert "invented" in told
    assert url == "http://127.0.0.1:7280/logga-in"


@pytest.mark.parametrize(
    "changes, refused",
    [
        ({}, False),
        ({"web_host": "::1", "public_url": "http://localhost:7280"}, False),
        ({"web_host": "0.0.0.0"}, True),  # noqa: S104 - the very point
        ({"web_host": "192.0.2.1"}, True),
        ({"public_url": "https://varna.granvik.example"}, True),
    ],
)
def test_anybody_may_be_anybody_on_this_machine_alone(changes: dict[str, str], refused: bool) -> None:  # noqa: FBT001
    settings = Settings.model_validate({"fictitious": True} | changes)
    if not refused:
        refuse_fictitious_in_the_open(settings)
        return
    with pytest.raises(BadInput, match="VARNA_FICTITIOUS"):
        refuse_fictitious_in_the_open(settings)
    refuse_fictitious_in_the_open(settings.model_copy(update={"fictitious": False}))


@pytest.mark.usefixtures("home")
def test_the_pages_do_not_start_where_strangers_could_be_anybody(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VARNA_FICTITIOUS", "true")
    monkeypatch.setenv("VARNA_WEB_HOST", "0.0.0.0")  # noqa: S104 - the very point
    ended = varna("web")
    assert ended.code == 2
    assert "VARNA_FICTITIOUS" in ended.err


def test_the_identity_provider_stands_in_the_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home = tmp_path
    (home / "secret").write_text("invented\n", encoding="utf-8")
    (home / "settings.toml").write_text(
        'oidc_issuer = "https://id.granvik.example"\noidc_client_id = "varna"\n'
        f'oidc_client_secret_file = "{home / "secret"}"\noidc_roles_claim = "groups"\n'
        'public_url = "https://varna.granvik.example"\n'
        '[[oidc_roles]]\nvalue = "chiefs"\norganisation = "9001"\nrole = "security_chief"\n',
        encoding="utf-8",
    )
    monkeypatch.setenv("VARNA_HOME", str(home))
    offer = offer_of(Settings())
    assert offer.registration
    assert offer.registration.redirect == "https://varna.granvik.example/logga-in/oidc/svar"
    assert offer.registration.client_secret == "invented"
    assert "invented" not in repr(offer)
    assert [(one.value, one.organisation, one.role) for one in offer.reading.grants] == [
        ("chiefs", "9001", "security_chief")
    ]
