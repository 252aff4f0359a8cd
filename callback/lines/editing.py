"""Use cases: make a line, change one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlmodel import col, delete, select

from callback.audit import COMMAND_LINE, AuditEvent, write_down
from callback.errors import InvalidInput
from callback.ids import new_id
from callback.lines.events import check_events
from callback.lines.hours import check_spans, check_special_days, known_country, known_zone
from callback.lines.line import DEFAULT_RETRY_AFTER_SECONDS, Line, LineNumber
from callback.phone import parse_number, region_of
from callback.runtime import Work


async def create_line(work: Work, fields: dict[str, Any], by: str = COMMAND_LINE) -> Line:
    """Make a line from checked fields; its country is that of its first number unless it is given.

    `by` whom it was made is written into the audit log.

    Raises:
        InvalidInput: a field that cannot be used; the error names it.

    """
    numbers = _numbers(fields.pop("numbers"), fields.get("country"))
    spoken = fields.pop("number_languages", None) or {}
    country = fields.pop("country", None) or region_of(numbers[0]) or "US"
    line = Line(id=new_id(work.now), country=country, created_at=work.now, **_checked(fields))
    work.session.add(line)
    await work.session.flush()
    _add_numbers(work, line, numbers, spoken)
    write_down(work.session, work.now, by, AuditEvent.LINE_CREATED, line.name, ", ".join(numbers))
    return line


async def change_line(work: Work, line: Line, fields: dict[str, Any]) -> None:
    """Change what is given of a line and leave the rest.

    Raises:
        InvalidInput: a field that cannot be used; the error names it.

    """
    numbers = fields.pop("numbers", None)
    spoken = fields.pop("number_languages", None)
    for name, value in _checked(fields, line.retry_after_seconds).items():
        setattr(line, name, value)
    if numbers is None and spoken is None:
        return
    found = await work.session.exec(
        select(LineNumber)
        .where(col(LineNumber.line_id) == line.id)
        .order_by(col(LineNumber.position))
    )
    known = {row.number: row.language for row in found.all()}
    parsed = list(known) if numbers is None else _numbers(numbers, line.country)
    await work.session.exec(delete(LineNumber).where(col(LineNumber.line_id) == line.id))
    _add_numbers(work, line, parsed, known if spoken is None else spoken)


def check_settings(fields: dict[str, Any], country: str) -> None:
    """Check fields of a line without changing any.

    Raises:
        InvalidInput: a field that cannot be used; the error names it.

    """
    _checked(fields)
    _numbers(fields.get("numbers") or [], fields.get("country") or country)


def _checked(
    fields: dict[str, Any], delays_now: Mapping[str, list[int]] = DEFAULT_RETRY_AFTER_SECONDS
) -> dict[str, Any]:
    if "time_zone" in fields and not known_zone(fields["time_zone"]):
        raise InvalidInput(
            "time_zone", f"{fields['time_zone']!r} is no IANA time zone such as America/Los_Angeles"
        )
    check_spans(fields.get("opening_hours") or [])
    check_special_days(fields.get("special_days") or [])
    check_events(fields.get("events") or [])
    country = fields.get("holidays_country")
    if country is not None and not known_country(country):
        raise InvalidInput("holidays_country", f"no calendar of public holidays for {country!r}")
    delays = fields.get("retry_after_seconds")
    if delays is not None:
        fields = fields | {"retry_after_seconds": {**delays_now, **delays}}
    return fields


def _numbers(numbers: list[str], country: str | None) -> list[str]:
    parsed = [parse_number(number, country or "US") for number in numbers]
    if len(set(parsed)) != len(parsed):
        raise InvalidInput("numbers", "the same number is given twice")
    return parsed


def _add_numbers(
    work: Work, line: Line, numbers: list[str], spoken: Mapping[str, str | None]
) -> None:
    languages = {parse_number(number, line.country): each for number, each in spoken.items()}
    for position, number in enumerate(numbers):
        language = languages.get(number)
        work.session.add(
            LineNumber(number=number, line_id=line.id, position=position, language=language)
        )
