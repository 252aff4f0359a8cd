"""Settings: one class, read from the environment and `.env`, built once by each composition root."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from callback.clock import Clock, clock_from


class MailTls(StrEnum):
    """How the way to the mail server is encrypted: after a command in clear, from the first byte, or not."""

    STARTTLS = "starttls"
    TLS = "tls"
    OFF = "off"


class ReportEvery(StrEnum):
    """How often reports are e-mailed."""

    DAILY = "daily"
    WEEKLY = "weekly"


class Settings(BaseSettings):
    """Every knob of an installation; what a line can be set to lives in the database instead.

    Each field is documented in `.env.example`; a test keeps the two equal.
    """

    model_config = SettingsConfigDict(env_file=".env", extra="ignore", frozen=True)

    database_url: str = "sqlite:///var/callback.db"
    redis_url: str = ""
    data_dir: Path = Path("var")
    public_base_url: str = "http://127.0.0.1:8000"
    secret_key: SecretStr = SecretStr("")
    twilio_account_sid: str = ""
    twilio_auth_token: Annotated[tuple[SecretStr, ...], NoDecode] = ()
    twilio_api_base_url: str = ""
    twilio_calls_per_second: float = Field(default=1.0, ge=0)
    twilio_texts_per_second: float = Field(default=1.0, gt=0)
    twilio_max_call_legs: int | None = Field(default=None, ge=2)
    oidc_issuer: str = ""
    oidc_client_id: str = ""
    oidc_client_secret: SecretStr = SecretStr("")
    mail_host: str = ""
    mail_port: int = Field(default=587, ge=1, le=65535)
    mail_tls: MailTls = MailTls.STARTTLS
    mail_user: str = ""
    mail_password: SecretStr = SecretStr("")
    mail_from: str = ""
    report_mail_to: Annotated[tuple[str, ...], NoDecode] = ()
    report_mail_every: ReportEvery = ReportEvery.WEEKLY
    host: str = "127.0.0.1"
    port: int = Field(default=8000, ge=0, le=65535)
    clock: str = ""
    log_level: str = "INFO"

    @field_validator("twilio_auth_token", "report_mail_to", mode="before")
    @classmethod
    def _split_at_commas(cls, value: object) -> object:
        if isinstance(value, str):
            return tuple(part.strip() for part in value.split(",") if part.strip())
        return value

    @field_validator("twilio_max_call_legs", mode="before")
    @classmethod
    def _empty_is_no_cap(cls, value: object) -> object:
        return None if value == "" else value

    @field_validator("public_base_url", "twilio_api_base_url", "oidc_issuer")
    @classmethod
    def _without_trailing_slash(cls, value: str) -> str:
        if value and not value.startswith(("http://", "https://")):
            raise ValueError("must begin with http:// or https://")
        return value.rstrip("/")

    @field_validator("log_level")
    @classmethod
    def _known_level(cls, value: str) -> str:
        level = value.upper()
        if level not in {"DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"}:
            raise ValueError("must be DEBUG, INFO, WARNING, ERROR or CRITICAL")
        return level

    @field_validator("clock")
    @classmethod
    def _known_clock(cls, value: str) -> str:
        clock_from(value)
        return value

    def make_clock(self) -> Clock:
        """Return the clock that `CLOCK` names."""
        return clock_from(self.clock)
