"""The example of an environment file says of every setting what it is, and tells its true default."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import SecretStr

from callback.settings import Settings

EXAMPLE = Path(__file__).parents[2] / ".env.example"


def shown(value: object) -> str:
    """A default as one writes it in an environment file."""
    match value:
        case None:
            return ""
        case SecretStr():
            return value.get_secret_value()
        case tuple():
            return ",".join(shown(part) for part in value)
        case _:
            return str(value)


def documented() -> dict[str, tuple[str, str]]:
    """Of each name the comment above it and its value."""
    found: dict[str, tuple[str, str]] = {}
    for paragraph in EXAMPLE.read_text(encoding="utf-8").strip().split("\n\n"):
        *comments, assignment = paragraph.split("\n")
        if assignment.startswith("#"):
            continue  # the head of the file
        name, _, value = assignment.partition("=")
        assert name not in found, f"{name} stands there twice"
        assert all(comment.startswith("# ") for comment in comments), name
        found[name] = (" ".join(comment.removeprefix("# ") for comment in comments), value)
    return found


@pytest.fixture
def bare_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in Settings.model_fields:
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


def test_the_example_holds_every_setting_in_the_order_of_the_class_and_nothing_else() -> None:
    assert list(documented()) == [name.upper() for name in Settings.model_fields]


@pytest.mark.parametrize("name", Settings.model_fields)
def test_the_example_shows_the_default(name: str) -> None:
    _, value = documented()[name.upper()]
    assert value == shown(Settings.model_fields[name].default)


@pytest.mark.parametrize("name", Settings.model_fields)
def test_a_sentence_stands_above_every_setting(name: str) -> None:
    sentence, _ = documented()[name.upper()]
    assert len(sentence.split()) >= 4
    assert sentence[0].isupper()
    assert sentence.endswith(".")


@pytest.mark.usefixtures("bare_environment")
def test_an_installation_that_copies_the_example_runs_with_the_defaults() -> None:
    assert Settings(_env_file=EXAMPLE) == Settings(_env_file=None)
