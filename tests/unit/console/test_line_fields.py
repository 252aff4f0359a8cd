"""The form of a line: every setting is in it and comes back as shown; a mistake is named by its field."""

from __future__ import annotations

from typing import Any

import pytest

from callback.lines.line import Line
from tests.unit.builders import utc
from webhooks.api.shapes import LineSettings
from webhooks.console.line_fields import FIELDS, inputs_of, read, shown, typed_in
from webhooks.console.line_preview import preview

NOW = utc(2026, 3, 2, 18)
HOURS = [
    {"day": day, "opens": opens, "closes": closes}
    for day in range(5)
    for opens, closes in (("08:00", "12:00"), ("13:00", "17:30"))
]


def settings(**more: Any) -> dict[str, Any]:
    line = Line(
        id="1", name="Support", time_zone="America/Los_Angeles", country="US", created_at=NOW
    )
    given = line.model_dump(mode="json", exclude={"id", "created_at"})
    numbers: dict[str, Any] = {"numbers": ["+14155550100"], "number_languages": {}}
    return given | numbers | more


FULL = settings(
    numbers=["+14155550100", "+14155550101"],
    number_languages={"+14155550101": "es"},
    languages=["en", "es"],
    opening_hours=HOURS,
    special_days=[
        {"date": "2026-12-24", "opens": "08:00", "closes": "12:00"},
        {"date": "2026-12-25", "opens": None, "closes": None},
    ],
    events=[{"date": "2026-04-01", "name": "bills sent"}],
    reasons=["My bill", "A fault"],
    answers=[{"title": "Hours", "text": "We open at 8: always."}],
    service_level={"share": 0.805, "seconds": 15},
    retry_after_seconds={"busy": [60, 120], "no_answer": [], "machine": [5], "failed": [300]},
    offer_after_seconds=None,
    slug="call-us",
    paused=True,
    texts=False,
    dial_order="customer_first",
)


def test_every_setting_of_a_line_is_in_the_form() -> None:
    assert {field.name for field in FIELDS} | {"number_languages"} == set(LineSettings.model_fields)


@pytest.mark.parametrize("given", [settings(), FULL])
def test_what_is_shown_means_what_is_set(given: dict[str, Any]) -> None:
    meant, wrong = read(typed_in(shown(given)))
    assert wrong == frozenset()
    assert {name: given[name] for name in meant} == {
        name: str(value) if name in {"dial_order", "machine_detection"} else value
        for name, value in meant.items()
    }


@pytest.mark.parametrize(
    ("name", "text", "field"),
    [
        ("ring_seconds", "soon", "ring_seconds"),
        ("ring_seconds", "", "ring_seconds"),
        ("ring_seconds", "1", "ring_seconds"),
        ("name", "", "name"),
        ("numbers", "", "numbers"),
        ("numbers", "+14155550100 xx", "numbers"),
        ("languages", "", "languages"),
        ("languages", "xx", "languages"),
        ("country", "", "country"),
        ("country", "usa", "country"),
        ("service_level_share", "much", "service_level"),
        ("service_level_share", "101", "service_level"),
        ("retry_busy", "60, soon", "retry_after_seconds"),
        ("promise_chance", "", "promise_chance"),
        ("answers", "A title alone", "answers"),
        ("slug", "No Spaces", "slug"),
        ("embed_origins", "example.com", "embed_origins"),
        ("dial_order", "nobody", "dial_order"),
    ],
)
def test_a_mistake_is_named_by_its_field(name: str, text: str, field: str) -> None:
    typed = shown(settings()) | {name: text}
    assert read(typed) == ({}, frozenset({field}))


def test_several_mistakes_are_all_named() -> None:
    typed = shown(settings()) | {"ring_seconds": "x", "slug": "!", "time_zone": ""}
    assert read(typed)[1] >= {"ring_seconds", "slug"}


def test_each_field_has_inputs_of_its_own() -> None:
    names = [name for field in FIELDS for name in inputs_of(field)]
    assert len(names) == len(set(names))


def test_the_preview_lets_a_caller_take_a_callback_with_these_settings() -> None:
    busy, closed = preview(settings(opening_hours=HOURS), "1", NOW)
    said = [spoken.text or spoken.key for spoken in busy.lines]
    assert said[0] == "Thank you for calling Support."
    assert "Press 1 to be called back without losing your place." in said
    assert "1" in said
    assert said[-2].startswith("You have our word. We will call you at")
    assert said[-1] == "Goodbye."
    assert any(
        text.startswith("We are closed now.") for text in (each.text for each in closed.lines)
    )


def test_the_preview_follows_the_settings() -> None:
    german = preview(settings(languages=["de"], reasons=["Rechnung"]), "1", NOW)
    assert [scene.name for scene in german] == ["waiting"]
    said = " ".join(spoken.text for spoken in german[0].lines)
    assert "Rechnung" in said
    never = preview(settings(offer_after_seconds=None), "1", NOW)
    assert "be called back" not in " ".join(spoken.text for spoken in never[0].lines)


def test_a_line_that_never_opens_is_heard_by_nobody() -> None:
    special = [
        {"date": f"2026-03-{day:02d}", "opens": None, "closes": None} for day in range(1, 32)
    ]
    special += [
        {"date": f"2026-04-{day:02d}", "opens": None, "closes": None} for day in range(1, 30)
    ]
    assert preview(settings(special_days=special), "1", NOW) == []
