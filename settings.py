"""Configuration, read by the composition roots alone and handed down as values."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator, model_validator
from pydantic_core import PydanticCustomError
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from models.message import OrganisationCode
from models.vocabulary.people import Role

SECRETS = (
    "database_url", "smtp_password", "imap_password", "sms_password", "webhook_secret", "receipt_secret",
    "metrics_secret", "oidc_client_secret",
)  # fmt: skip
"""Settings that may stand in a file of their own."""
FILE = "settings.toml"


class OidcRole(BaseModel):
    """Whoever has this value in the claim of roles holds this role in this organisation."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    value: str
    organisation: OrganisationCode
    role: Role


class Settings(BaseSettings):
    """Each setting is the variable `VARNA_<NAME>`, or stands in the file `settings.toml` in the home.

    Secrets may stand in a file of their own, named by `VARNA_<NAME>_FILE`. A variable outweighs the file.
    """

    model_config = SettingsConfigDict(env_prefix="VARNA_", extra="ignore", hide_input_in_errors=True)

    home: Path = Path("var")
    """Folder of the embedded installation: database, engine, keys, outbox."""
    database_url: str = ""
    """SQLAlchemy URL; empty means SQLite in `home`."""
    database_url_file: Path | None = None
    master_key_file: Path | None = None
    """Master keys, one per line, the last one active; default `home`/keys/master.key."""
    checkpoint_key_file: Path | None = None
    """The key that signs checkpoints of the ledger, Ed25519 in PEM, made if missing; `home`/keys/checkpoint.key."""
    timestamp_url: Annotated[str, Field(pattern=r"^(https?://[!-~]+)?$")] = ""
    """A time authority (RFC 3161) that stamps each checkpoint; empty means that none does."""
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

    public_url: str = ""
    """Where people's browsers find this installation: the beginning of every link in a message.

    Empty means this machine's own address, which helps nobody who reads the message elsewhere.
    """
    web_port: Annotated[int, Field(gt=0, lt=65536)] = 7280
    """Where the pages are served, on this machine."""
    web_host: str = "127.0.0.1"
    """On which of its addresses: a container needs 0.0.0.0, a machine with a proxy in front of it does not."""

    exit_url: Annotated[str, Field(pattern=r"^(https?://[!-~]+)?$")] = ""
    """Where «leave this page quickly» leads whoever reports, such as a weather service; empty means our calendar."""

    smtp_host: str = ""
    """The mail server that takes our messages; empty means that e-mail is no channel here."""
    smtp_port: Annotated[int, Field(gt=0, lt=65536)] = 587
    smtp_security: Literal["starttls", "tls", "none"] = "starttls"
    smtp_user: str = ""
    smtp_password: SecretStr = SecretStr("")
    smtp_password_file: Path | None = None
    mail_from: str = "varna@localhost"
    """Who our e-mail is from; answers and bounces come back there."""

    imap_host: str = ""
    """Where answers and bounces are fetched; empty means that nobody looks."""
    imap_port: Annotated[int, Field(gt=0, lt=65536)] = 993
    imap_security: Literal["tls", "starttls", "none"] = "tls"
    imap_user: str = ""
    imap_password: SecretStr = SecretStr("")
    imap_password_file: Path | None = None
    imap_folder: str = "INBOX"
    imap_seconds: Annotated[float, Field(gt=0)] = 30.0
    """How often."""

    sms_gateway: Literal["", "http", "46elks", "sundsvall"] = ""
    """Which kind of text-message gateway; empty means that text messages are no channel here."""
    sms_url: str = ""
    sms_user: str = ""
    sms_password: SecretStr = SecretStr("")
    sms_password_file: Path | None = None
    sms_from: str = "Varna"
    sms_template: Path | None = None
    """The request of a generic gateway, as a TOML file (see docs/channels.md)."""

    webhook_secret: SecretStr = SecretStr("")
    """Signs webhooks (Standard Webhooks: `whsec_…`); empty means that webhooks are no channel here."""
    webhook_secret_file: Path | None = None
    receipt_secret: SecretStr = SecretStr("")
    """What a gateway must name when it reports back; empty means that no reports are taken."""
    receipt_secret_file: Path | None = None

    evidence_url: str = ""
    """Where evidence lies, sealed, such as `s3://bucket/evidence`; empty means the folder `evidence` in the home."""
    evidence_megabytes: Annotated[int, Field(gt=0, le=1024)] = 25
    """Most of one file that is handed in."""

    clamd_address: Annotated[str, Field(pattern=r"^([!-~]+:[0-9]{1,5})?$")] = ""
    """Where a clamd looks at evidence for malware, such as `clamav:3310`; empty means that nobody looks."""

    heartbeat_url: str = ""
    """An address of the municipality's own monitoring that `varna watch` calls while all is well."""
    watch_seconds: Annotated[float, Field(gt=0)] = 60.0
    """How often `varna watch` looks."""
    metrics_port: Annotated[int, Field(gt=0, lt=65536)] = 7281
    """Where `varna watch` shows its metrics, on this machine."""
    metrics_secret: SecretStr = SecretStr("")
    """What whoever reads the pages' own `/metrics` must show as a bearer; empty means this machine alone."""
    metrics_secret_file: Path | None = None
    metrics_host: str = "127.0.0.1"
    """On which of its addresses; as for the pages, a container needs 0.0.0.0."""

    fictitious: bool = False
    """Everybody here is invented: whoever opens the pages may be any of them. On this machine alone; for `varna up`."""

    oidc_issuer: str = ""
    """The organisation's identity provider; empty means that people sign in with what is kept here."""
    oidc_client_id: str = ""
    oidc_client_secret: SecretStr = SecretStr("")
    oidc_client_secret_file: Path | None = None
    oidc_user_claim: str = "sub"
    """Whose value is somebody's user code, the first time they come; one that they cannot change themselves."""
    oidc_roles_claim: str = ""
    """Whose values `oidc_roles` gives roles for; empty means that roles are given here alone."""
    oidc_roles: tuple[OidcRole, ...] = ()

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - not read
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - not read
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """What the caller says, then the environment, then the file in the home."""
        home = init_settings().get("home") or env_settings().get("home") or cls.model_fields["home"].default
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls, Path(home).expanduser() / FILE)

    @model_validator(mode="before")
    @classmethod
    def _nothing_unknown(cls, values: dict[str, Any]) -> dict[str, Any]:
        # The environment is searched for our names alone; only a file can say what nobody reads.
        unknown = sorted(values.keys() - cls.model_fields.keys())
        if unknown:
            named = {"names": ", ".join(unknown), "file": FILE}
            raise PydanticCustomError("unknown_setting", "{names} in {file}", named)
        return values

    @model_validator(mode="before")
    @classmethod
    def _secret_from_file(cls, values: dict[str, Any]) -> dict[str, Any]:
        for name in SECRETS:
            if path := values.get(f"{name}_file"):
                values[name] = Path(path).read_text(encoding="utf-8").strip()
        return values

    @model_validator(mode="after")
    def _links_lead_somewhere(self) -> Self:
        self.public_url = self.public_url.rstrip("/") or f"http://127.0.0.1:{self.web_port}"
        return self

    @field_validator("home")
    @classmethod
    def _absolute(cls, home: Path) -> Path:
        return home.expanduser().resolve()

    @property
    def database(self) -> str:
        """The database's URL, with a password in it perhaps: never to be shown."""
        return self.database_url or f"sqlite+aiosqlite:///{self.home / 'varna.db'}"

    @property
    def evidence(self) -> Path | str:
        """Where evidence lies: a folder, or the address of an object store."""
        return self.evidence_url or self.home / "evidence"

    @property
    def master_key(self) -> Path:
        """Where the master keys are."""
        return self.master_key_file or self.home / "keys" / "master.key"

    @property
    def checkpoint_key(self) -> Path:
        """Where the key is that signs checkpoints."""
        return self.checkpoint_key_file or self.home / "keys" / "checkpoint.key"
