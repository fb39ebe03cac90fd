"""Settings stand in the environment or in a file in the home; what makes no sense is named, never repeated."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from settings import Settings
from tests.operate.commands import varna

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("VARNA_HOME", str(tmp_path))
    return tmp_path / "settings.toml"


def test_the_file_in_the_home_is_read_and_a_variable_outweighs_it(
    written: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written.write_text('smtp_host = "mail.example"\nsmtp_port = 2525\n', encoding="utf-8")
    assert (Settings().smtp_host, Settings().smtp_port) == ("mail.example", 2525)
    monkeypatch.setenv("VARNA_SMTP_PORT", "25")
    assert (Settings().smtp_host, Settings().smtp_port) == ("mail.example", 25)
    assert Settings(smtp_port=26).smtp_port == 26


def test_a_secret_may_stand_in_a_file_of_its_own(written: Path) -> None:
    secret = written.with_name("password")
    secret.write_text("invented\n", encoding="utf-8")
    written.write_text(f'smtp_password_file = "{secret}"\n', encoding="utf-8")
    assert Settings().smtp_password.get_secret_value() == "invented"
    assert "invented" not in repr(Settings())


@pytest.mark.parametrize(
    "text,named",
    [
        ('smtp_hst = "mail.example"\n', "settings.toml: Ingen inställning heter så (smtp_hst"),
        ("smtp_host = \n", "settings.toml: "),
        ("smtp_port = 0\n", "VARNA_SMTP_PORT: "),
    ],
)
def test_what_makes_no_sense_is_named(written: Path, text: str, named: str) -> None:
    written.write_text(text, encoding="utf-8")
    ended = varna("doctor")
    assert ended.code == 2
    assert ended.err.startswith(named)
