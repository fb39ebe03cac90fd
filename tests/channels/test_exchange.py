"""Which channels an installation has: those its settings name, or an error that names the setting."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from channels.contract import Channel
from operate.exchange import BadSetting, channels
from settings import Settings
from tests.channels.test_contract import SECRET

TEMPLATE = 'url = "https://gateway.example"\n[json]\nto = "{to}"\ntext = "{text}"\n'
MAIL = {"smtp_host": "mail.example", "mail_from": "varna@granvik.example"}
ELKS = {"sms_gateway": "46elks", "sms_user": "u", "sms_password": "p"}
SUNDSVALL = {"sms_gateway": "sundsvall", "sms_url": "https://api.example/messaging/7.0/2281"}


def built(home: Path, **changes: object) -> set[str]:
    found = channels(Settings.model_validate({"home": home, **changes}))
    asyncio.run(_close(found))
    assert all(kind == channel.kind for kind, channel in found.items())
    return set(found)


async def _close(found: dict[str, Channel]) -> None:
    for channel in found.values():
        await channel.close()


def test_without_settings_there_is_the_outbox_and_chat_where_it_is_installed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert built(tmp_path) == {"outbox", "chat"}
    monkeypatch.setattr("operate.exchange.is_installed", lambda: False)
    assert built(tmp_path) == {"outbox"}


def test_everything_that_is_configured_is_there(tmp_path: Path) -> None:
    assert built(tmp_path, **MAIL, **ELKS, webhook_secret=SECRET) == {"outbox", "chat", "email", "sms", "webhook"}


@pytest.mark.parametrize("changes", [ELKS, SUNDSVALL, {**SUNDSVALL, "sms_user": "u"}])
def test_a_gateway_we_know_needs_no_file(tmp_path: Path, changes: dict[str, str]) -> None:
    assert "sms" in built(tmp_path, **changes)


def test_any_other_gateway_is_described_by_a_file(tmp_path: Path) -> None:
    file = tmp_path / "sms.toml"
    file.write_text(TEMPLATE, encoding="utf-8")
    assert "sms" in built(tmp_path, sms_gateway="http", sms_template=file)


@pytest.mark.parametrize(
    "changes, problem",
    [
        ({"sms_gateway": "http"}, "^VARNA_SMS_TEMPLATE: missing"),
        ({"sms_gateway": "http", "sms_template": "missing.toml"}, "^VARNA_SMS_TEMPLATE: No such file"),
        ({"sms_gateway": "http", "sms_template": __file__}, "^VARNA_SMS_TEMPLATE: no TOML"),
        ({"sms_gateway": "sundsvall"}, "^VARNA_SMS_URL: missing"),
        ({**SUNDSVALL, "sms_url": "http://api.example"}, "^VARNA_SMS_URL: neither https"),
        ({"sms_gateway": "46elks"}, "^VARNA_SMS_USER: "),
        ({"webhook_secret": "whsec_"}, "^VARNA_WEBHOOK_SECRET: not a secret"),
        ({**MAIL, "smtp_security": "none"}, "^VARNA_SMTP_SECURITY: "),
        ({**MAIL, "mail_from": "Värna"}, "^VARNA_MAIL_FROM: "),
        ({**MAIL, "mail_from": "a@b.example\r\nBcc: c@d.example"}, "^VARNA_MAIL_FROM: "),
    ],
)
def test_what_cannot_be_built_is_named_by_its_setting(tmp_path: Path, changes: dict[str, str], problem: str) -> None:
    with pytest.raises(BadSetting, match=problem):
        channels(Settings.model_validate({"home": tmp_path, **changes}))
