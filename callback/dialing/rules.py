"""May we dial this number now? Asked when a callback is requested, and again whenever it is dialled."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from callback.errors import InvalidInput
from callback.phone import NumberType, is_valid, parse_number, region_of, type_of, zones_of

MAY_BE_RUNG = frozenset(
    {
        NumberType.FIXED,
        NumberType.MOBILE,
        NumberType.FIXED_OR_MOBILE,
        NumberType.VOIP,
        NumberType.UNKNOWN,
    }
)
# Satellite systems, international networks, shared cost and premium rate (ITU-T E.164, list of assigned
# country codes), and the North American premium-rate code. Blocked even where somebody allows their "country".
BLOCKED_PREFIXES = (
    "+1900",
    "+800",
    "+808",
    "+870",
    "+878",
    "+881",
    "+882",
    "+883",
    "+888",
    "+979",
    "+991",
)
EARLIEST = time(8, 0)
LATEST = time(21, 0)
CONSENT_LASTS = timedelta(hours=2)


class Rule(StrEnum):
    """What can forbid a call; hours and limits only put it off, the others end the matter."""

    COUNTRY = "country_not_allowed"
    BLOCKED_PREFIX = "blocked_prefix"
    NUMBER_TYPE = "number_type_not_allowed"
    DO_NOT_CALL = "do_not_call"
    LAWFUL_HOURS = "outside_lawful_hours"
    NUMBER_LIMIT = "number_dialed_too_often_today"
    LINE_LIMIT = "line_dialed_enough_today"


@dataclass(frozen=True)
class Refusal:
    """A rule that forbids a call, in words, and when it no longer does (None: never)."""

    rule: Rule
    reason: str
    until: datetime | None = None


def check_number(
    number: str, countries: frozenset[str], blocked: Sequence[str] = ()
) -> Refusal | None:
    """Return why `number` (E.164) may never be dialled, or None.

    `blocked` holds prefixes (E.164) besides `BLOCKED_PREFIXES`, which always count.

    Only ordinary lines of the allowed `countries` (ISO 3166 alpha-2) may be: no premium, shared-cost,
    satellite, pager or toll-free number, whoever asks for it, because the one who asks does not pay.
    """
    region = region_of(number)
    if region is None or region not in countries:
        return Refusal(Rule.COUNTRY, f"numbers of {region or 'no country'} may not be dialled")
    kind = type_of(number)
    if kind not in MAY_BE_RUNG:
        return Refusal(Rule.NUMBER_TYPE, f"{kind.replace('_', ' ')} numbers may not be dialled")
    prefix = next((each for each in (*BLOCKED_PREFIXES, *blocked) if number.startswith(each)), None)
    if prefix is not None:
        return Refusal(Rule.BLOCKED_PREFIX, f"numbers that begin with {prefix} are blocked")
    return None


def check_limits(
    to_number: int,
    on_line: int,
    most_to_number: int,
    most_on_line: int | None,
    now: datetime,
    zone: ZoneInfo,
) -> Refusal | None:
    """Return why no more may be dialled on this local day of the line, or None.

    `to_number` and `on_line` count the dialled calls of the day so far; the refusal ends at midnight.
    """
    midnight = (now.astimezone(zone) + timedelta(days=1)).replace(
        hour=0, minute=0, second=0, microsecond=0
    )
    until = midnight.astimezone(UTC)
    if to_number >= most_to_number:
        return Refusal(
            Rule.NUMBER_LIMIT, f"dialled {to_number} times today, which is the limit", until
        )
    if most_on_line is not None and on_line >= most_on_line:
        return Refusal(Rule.LINE_LIMIT, f"the line may dial {most_on_line} times a day", until)
    return None


def callable_number(
    digits: str,
    country: str,
    countries: frozenset[str] | None = None,
    blocked: Sequence[str] = (),
) -> str | None:
    """Return what somebody typed in `country` as a number that may be dialled, or None.

    Without `countries` only numbers of that country may be.
    """
    try:
        number = parse_number(digits, country)
    except InvalidInput:
        return None
    # Who keys in a number may mistype it: it must lie in a range that was given out.
    if not is_valid(number):
        return None
    allowed = frozenset({country}) if countries is None else countries
    return number if check_number(number, allowed, blocked) is None else None


def check_hours(
    number: str, now: datetime, agreed_from: datetime, agreed_until: datetime, fallback: ZoneInfo
) -> Refusal | None:
    """Return why the person must not be rung at this hour, or None.

    Between `agreed_from` and two hours after `agreed_until` the person expects the call, whatever the hour.
    Beyond that only 08:00–21:00 local time will do (the hours of 47 CFR 64.1200(c)(1)), in every zone in
    which the phone may be; where the number tells of none, in `fallback`.
    """
    if agreed_from <= now <= agreed_until + CONSENT_LASTS:
        return None
    zones = [ZoneInfo(name) for name in zones_of(number)] or [fallback]
    if all(EARLIEST <= now.astimezone(zone).time() < LATEST for zone in zones):
        return None
    return Refusal(
        Rule.LAWFUL_HOURS,
        "it is not between 8 in the morning and 9 in the evening where the person is",
        _next_lawful(now, zones),
    )


def lawful_window(number: str | None, start: datetime, until: datetime, fallback: ZoneInfo) -> bool:
    """Tell whether a whole window lies in lawful hours where the person may be, so that it may be offered."""
    zones = [ZoneInfo(name) for name in zones_of(number)] if number else []
    for zone in zones or [fallback]:
        begins, ends = start.astimezone(zone), until.astimezone(zone)
        if not (
            begins.time() >= EARLIEST and ends.time() <= LATEST and begins.date() == ends.date()
        ):
            return False
    return True


def _next_lawful(now: datetime, zones: list[ZoneInfo]) -> datetime:
    quarter = timedelta(minutes=15)
    instant = now.replace(minute=now.minute // 15 * 15, second=0, microsecond=0)
    for _ in range(2 * 24 * 4):
        instant += quarter
        if all(EARLIEST <= instant.astimezone(zone).time() < LATEST for zone in zones):
            return instant
    # No hour is lawful in every zone at once (the number may be anywhere): the first zone decides.
    return _next_lawful(now, zones[:1])
