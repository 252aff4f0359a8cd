"""The settings of a line as fields of a form: how each is shown as text, and what a typed text means.

What is typed is checked by the same shapes as the API's; a mistake is named by the field in which it is.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from webhooks.api.shapes import LineSettings

DAYS = range(7)
REASONS = ("busy", "no_answer", "machine", "failed")


@dataclass(frozen=True)
class Field:
    """One field: its name among the settings, and the kind that says how it is typed.

    `maybe` fields may stay empty, which has a meaning of its own.
    """

    name: str
    kind: str
    maybe: bool = False
    options: tuple[str, ...] = ()


@dataclass(frozen=True)
class Group:
    """Fields that belong together."""

    name: str
    fields: tuple[Field, ...]


GROUPS = (
    Group(
        "called",
        (
            Field("name", "text"),
            Field("numbers", "numbers"),
            Field("country", "text"),
            Field("time_zone", "text"),
            Field("languages", "list"),
        ),
    ),
    Group(
        "hours",
        (
            Field("opening_hours", "hours"),
            Field("special_days", "special"),
            Field("events", "events"),
            Field("holidays_country", "text", maybe=True),
        ),
    ),
    Group(
        "offer",
        (
            Field("offer_after_seconds", "number", maybe=True),
            Field("offer_when_waiting", "number"),
            Field("offer_every", "number"),
            Field("offer_up_to_seconds", "number", maybe=True),
            Field("offer_up_to_waiting", "number", maybe=True),
            Field("announce_every_seconds", "number"),
            Field("say_position", "switch"),
            Field("reasons", "list"),
            Field("answers", "answers"),
            Field("takes_notes", "switch"),
            Field("notes_kept_days", "number"),
            Field("messages_kept_days", "number"),
            Field("supervisor_skill", "text", maybe=True),
            Field("repeat_days", "number"),
        ),
    ),
    Group(
        "promise",
        (
            Field("window_minutes", "number"),
            Field("callbacks_per_window", "number", maybe=True),
            Field("promise_chance", "share"),
            Field("shrinkage", "share"),
            Field("expected_handle_seconds", "number"),
            Field("service_level", "target"),
            Field("redial_minutes", "number"),
        ),
    ),
    Group(
        "dialling",
        (
            Field("dial_order", "choice", options=("agent_first", "customer_first")),
            Field("ring_seconds", "number"),
            Field("agent_ring_seconds", "number"),
            Field("machine_detection", "choice", options=("off", "on", "message")),
            Field("retry_after_seconds", "delays"),
            Field("preferred_agent_minutes", "number"),
            Field("wrap_up_seconds", "number"),
            Field("dispositions", "list"),
            Field("paused", "switch"),
        ),
    ),
    Group(
        "rules",
        (
            Field("countries", "list"),
            Field("blocked_prefixes", "list"),
            Field("dials_per_number_per_day", "number"),
            Field("dials_per_day", "number", maybe=True),
        ),
    ),
    Group(
        "texts",
        (
            Field("texts", "switch"),
            Field("remind_before_minutes", "number"),
            Field("survey", "choice", options=("off", "voice", "text")),
            Field("slug", "text", maybe=True),
            Field("embed_origins", "list"),
        ),
    ),
)
FIELDS = tuple(field for group in GROUPS for field in group.fields)
_INPUTS = {
    "hours": tuple(f"hours_{day}" for day in DAYS),
    "target": ("service_level_share", "service_level_seconds"),
    "delays": tuple(f"retry_{reason}" for reason in REASONS),
}


def inputs_of(field: Field) -> tuple[str, ...]:
    """Return the names under which a field is typed; most have one, their own."""
    return _INPUTS.get(field.kind, (field.name,))


def typed_in(form: Mapping[str, Any]) -> dict[str, str]:
    """Return what a form says for each input, empty for what it leaves out."""
    names = [name for field in FIELDS for name in inputs_of(field)]
    return {name: str(form.get(name, "")).replace("\r\n", "\n").strip() for name in names}


def shown(settings: Mapping[str, Any]) -> dict[str, str]:
    """Return settings as the texts that would be typed for them."""
    texts: dict[str, str] = {}
    for field in FIELDS:
        texts |= _SHOW.get(field.kind, _show_plain)(field, settings)
    return texts


def read(typed: Mapping[str, str]) -> tuple[dict[str, Any], frozenset[str]]:
    """Return the settings that typed texts mean, and the names of the fields that mean nothing."""
    given: dict[str, Any] = {}
    for field in FIELDS:
        given |= _READ.get(field.kind, _read_plain)(field, typed)
    try:
        return LineSettings(**given).given(), frozenset()
    except ValidationError as error:
        names = {field.name for field in FIELDS}
        wrong = set()
        for found in error.errors():
            name = str(found["loc"][0]) if found["loc"] else str(found["msg"]).split()[2]
            wrong.add("numbers" if name == "number_languages" else name)
        return {}, frozenset(wrong & names) or frozenset({"name"})


def _show_plain(field: Field, settings: Mapping[str, Any]) -> dict[str, str]:
    value = settings[field.name]
    return {field.name: "" if value is None else str(value)}


def _read_plain(field: Field, typed: Mapping[str, str]) -> dict[str, Any]:
    text = typed[field.name]
    return {field.name: None if field.maybe and not text else text}


def _show_switch(field: Field, settings: Mapping[str, Any]) -> dict[str, str]:
    return {field.name: "on" if settings[field.name] else ""}


def _read_switch(field: Field, typed: Mapping[str, str]) -> dict[str, Any]:
    return {field.name: typed[field.name] == "on"}


def _show_share(field: Field, settings: Mapping[str, Any]) -> dict[str, str]:
    return {field.name: _percent(settings[field.name])}


def _read_share(field: Field, typed: Mapping[str, str]) -> dict[str, Any]:
    return {field.name: _share(typed[field.name])}


def _percent(share: float) -> str:
    return f"{100 * share:g}"


def _share(text: str) -> float | str:
    try:
        return round(float(text.replace(",", ".")) / 100, 6)
    except ValueError:
        return text or "nothing"


def _show_list(field: Field, settings: Mapping[str, Any]) -> dict[str, str]:
    return {field.name: "\n".join(settings[field.name])}


def _lines(text: str) -> list[str]:
    return [part.strip() for part in text.split("\n") if part.strip()]


def _read_list(field: Field, typed: Mapping[str, str]) -> dict[str, Any]:
    return {field.name: _lines(typed[field.name])}


def _show_numbers(field: Field, settings: Mapping[str, Any]) -> dict[str, str]:
    spoken = settings["number_languages"]
    return {
        field.name: "\n".join(
            f"{each} {spoken.get(each, '')}".strip() for each in settings["numbers"]
        )
    }


def _read_numbers(field: Field, typed: Mapping[str, str]) -> dict[str, Any]:
    numbers, spoken = [], {}
    for line in _lines(typed[field.name]):
        number, _, language = line.rpartition(" ")
        if language.isalpha() and number:
            spoken[number.strip()] = language
            numbers.append(number.strip())
        else:
            numbers.append(line)
    return {"numbers": numbers, "number_languages": spoken}


def _show_hours(field: Field, settings: Mapping[str, Any]) -> dict[str, str]:
    spans = settings[field.name]
    return {
        f"hours_{day}": ", ".join(
            f"{each['opens']}-{each['closes']}" for each in spans if each["day"] == day
        )
        for day in DAYS
    }


def _read_hours(field: Field, typed: Mapping[str, str]) -> dict[str, Any]:
    spans = []
    for day in DAYS:
        for part in filter(None, (each.strip() for each in typed[f"hours_{day}"].split(","))):
            opens, _, closes = part.replace("–", "-").partition("-")
            spans.append({"day": day, "opens": opens.strip(), "closes": closes.strip()})
    return {field.name: spans}


def _show_special(field: Field, settings: Mapping[str, Any]) -> dict[str, str]:
    return {
        field.name: "\n".join(
            f"{each['date']} {each['opens']}-{each['closes']}" if each["opens"] else each["date"]
            for each in settings[field.name]
        )
    }


def _read_special(field: Field, typed: Mapping[str, str]) -> dict[str, Any]:
    days = []
    for line in _lines(typed[field.name]):
        day, _, span = line.partition(" ")
        opens, _, closes = span.replace("–", "-").partition("-")
        days.append({"date": day, "opens": opens.strip() or None, "closes": closes.strip() or None})
    return {field.name: days}


def _show_events(field: Field, settings: Mapping[str, Any]) -> dict[str, str]:
    return {
        field.name: "\n".join(f"{each['date']} {each['name']}" for each in settings[field.name])
    }


def _read_events(field: Field, typed: Mapping[str, str]) -> dict[str, Any]:
    parts = [line.partition(" ") for line in _lines(typed[field.name])]
    return {field.name: [{"date": day, "name": name.strip()} for day, _, name in parts]}


def _show_answers(field: Field, settings: Mapping[str, Any]) -> dict[str, str]:
    return {
        field.name: "\n".join(f"{each['title']}: {each['text']}" for each in settings[field.name])
    }


def _read_answers(field: Field, typed: Mapping[str, str]) -> dict[str, Any]:
    parts = [line.partition(":") for line in _lines(typed[field.name])]
    return {
        field.name: [{"title": title.strip(), "text": text.strip()} for title, _, text in parts]
    }


def _show_target(field: Field, settings: Mapping[str, Any]) -> dict[str, str]:
    target = settings[field.name]
    return {
        "service_level_share": _percent(target["share"]),
        "service_level_seconds": str(target["seconds"]),
    }


def _read_target(field: Field, typed: Mapping[str, str]) -> dict[str, Any]:
    share, seconds = typed["service_level_share"], typed["service_level_seconds"]
    return {field.name: {"share": _share(share), "seconds": seconds}}


def _show_delays(field: Field, settings: Mapping[str, Any]) -> dict[str, str]:
    delays = settings[field.name]
    return {f"retry_{each}": ", ".join(map(str, delays.get(each, []))) for each in REASONS}


def _read_delays(field: Field, typed: Mapping[str, str]) -> dict[str, Any]:
    return {
        field.name: {
            each: [part.strip() for part in typed[f"retry_{each}"].split(",") if part.strip()]
            for each in REASONS
        }
    }


_SHOW = {
    "switch": _show_switch,
    "share": _show_share,
    "list": _show_list,
    "numbers": _show_numbers,
    "hours": _show_hours,
    "special": _show_special,
    "events": _show_events,
    "answers": _show_answers,
    "target": _show_target,
    "delays": _show_delays,
}
_READ = {
    "switch": _read_switch,
    "share": _read_share,
    "list": _read_list,
    "numbers": _read_numbers,
    "hours": _read_hours,
    "special": _read_special,
    "events": _read_events,
    "answers": _read_answers,
    "target": _read_target,
    "delays": _read_delays,
}
