"""Configuration, read by the composition roots alone and handed down as values."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """Each setting is the variable `VARNA_<NAME>`; secrets may stand in a file named by `VARNA_<NAME>_FILE`."""

    model_config = SettingsConfigDict(env_prefix="VARNA_", extra="ignore")

    home: Path = Path("var")
    """Folder of the embedded installation: database, engine, keys, outbox."""
    database_url: str = ""
    """SQLAlchemy URL; empty means SQLite in `home`."""
    database_url_file: Path | None = None
    master_key_file: Path | None = None
    """Master keys, one per line, the last one active; default `home`/keys/master.key."""
    temporal_address: str = "127.0.0.1:7243"
    temporal_namespace: str = "default"
    task_queue: str = "varna-cases"
    build_id: str = ""
    """Version of the deployed code; cases move to a newer one when they next wake, once that is made current."""
    language: Literal["sv", "en"] = "sv"
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    log_format: Literal["console", "json"] = "console"
    sweep_seconds: Annotated[float, Field(gt=0)] = 5.0
    """How often reports that came while the engine was down are looked for."""

    @model_validator(mode="before")
    @classmethod
    def _secret_from_file(cls, values: dict[str, Any]) -> dict[str, Any]:
        if path := values.get("database_url_file"):
            values["database_url"] = Path(path).read_text(encoding="utf-8").strip()
        return values

    @field_validator("home")
    @classmethod
    def _absolute(cls, home: Path) -> Path:
        return home.expanduser().resolve()

    @property
    def database(self) -> str:
        """The database's URL, with a password in it perhaps: never to be shown."""
        return self.database_url or f"sqlite+aiosqlite:///{self.home / 'varna.db'}"

    @property
    def master_key(self) -> Path:
        """Where the master keys are."""
        return self.master_key_file or self.home / "keys" / "master.key"
