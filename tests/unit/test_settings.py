"""What the environment may say, and what it is taken for."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from callback.clock import ScaledClock, SystemClock
from callback.settings import Settings

# The names on which installations and tests rely.
FIXED_NAMES = {
    "DATABASE_URL",
    "REDIS_URL",
    "PUBLIC_BASE_URL",
    "SECRET_KEY",
    "TWILIO_ACCOUNT_SID",
    "TWILIO_AUTH_TOKEN",
    "TWILIO_API_BASE_URL",
    "TWILIO_CALLS_PER_SECOND",
    "TWILIO_MAX_CALL_LEGS",
    "HOST",
    "PORT",
}


@pytest.fixture(autouse=True)
def _bare_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)


def settings_with(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> Settings:
    monkeypatch.setenv(name, value)
    return Settings(_env_file=None)


def test_the_names_that_others_rely_on_are_there() -> None:
    assert {name.upper() for name in Settings.model_fields} >= FIXED_NAMES


@pytest.mark.parametrize(
    ("text", "tokens"),
    [("", []), ("one", ["one"]), ("new,old", ["new", "old"]), (" new , old ,", ["new", "old"])],
)
def test_several_auth_tokens_may_be_given_during_a_rotation(
    monkeypatch: pytest.MonkeyPatch, text: str, tokens: list[str]
) -> None:
    settings = settings_with(monkeypatch, "TWILIO_AUTH_TOKEN", text)
    assert [token.get_secret_value() for token in settings.twilio_auth_token] == tokens


@pytest.mark.parametrize("name", ["SECRET_KEY", "TWILIO_AUTH_TOKEN"])
def test_secrets_are_not_shown(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    settings = settings_with(monkeypatch, name, "hush-hush")
    assert "hush" not in f"{settings!r} {settings} {settings.model_dump_json()}"


@pytest.mark.parametrize(("text", "cap"), [("", None), ("2", 2), ("40", 40)])
def test_no_number_of_legs_means_no_cap(
    monkeypatch: pytest.MonkeyPatch, text: str, cap: int | None
) -> None:
    assert settings_with(monkeypatch, "TWILIO_MAX_CALL_LEGS", text).twilio_max_call_legs == cap


@pytest.mark.parametrize("name", ["PUBLIC_BASE_URL", "TWILIO_API_BASE_URL"])
def test_a_base_url_loses_its_trailing_stroke(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    settings = settings_with(monkeypatch, name, "https://calls.example.com/twilio/")
    assert getattr(settings, name.lower()) == "https://calls.example.com/twilio"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PUBLIC_BASE_URL", "calls.example.com"),
        ("TWILIO_API_BASE_URL", "ftp://api.example.com"),
        ("TWILIO_CALLS_PER_SECOND", "-1"),
        ("TWILIO_MAX_CALL_LEGS", "1"),
        ("PORT", "65536"),
        ("PORT", "-1"),
        ("LOG_LEVEL", "LOUD"),
        ("CLOCK", "fast"),
    ],
)
def test_what_cannot_work_is_refused_at_the_start_by_name(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    with pytest.raises(ValidationError) as refused:
        settings_with(monkeypatch, name, value)
    assert [error["loc"] for error in refused.value.errors()] == [(name.lower(),)]


def test_the_log_level_may_be_written_in_small_letters(monkeypatch: pytest.MonkeyPatch) -> None:
    assert settings_with(monkeypatch, "LOG_LEVEL", "debug").log_level == "DEBUG"


def test_the_clock_is_the_one_that_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    assert isinstance(Settings(_env_file=None).make_clock(), SystemClock)
    spec = "2026-03-02T12:00:00+00:00,2026-03-02T12:00:00+00:00,60"
    assert isinstance(settings_with(monkeypatch, "CLOCK", spec).make_clock(), ScaledClock)


def test_settings_do_not_change_while_a_process_runs() -> None:
    settings = Settings(_env_file=None)
    with pytest.raises(ValidationError, match="frozen"):
        settings.port = 9000  # type: ignore[misc]
