"""May we dial this number now?"""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callback.dialing.rules import Rule, callable_number, check_hours, check_limits, check_number
from callback.phone import zones_of
from tests.unit.builders import INSTANTS, utc

UNITED_STATES = frozenset({"US"})
EVERYWHERE = frozenset({"US", "CA", "GB", "GG", "JM", "DE", "AU", "FR", "DO", "PR", "001", "ZZ"})

NEW_YORK = "+12125551234"
HONOLULU = "+18085551234"
BERLIN = "+493012345678"
SYDNEY = "+61292345678"
KATHMANDU = "+97714123456"
RUSSIAN_MOBILE = "+79161234567"
NOWHERE = "+447700900123"  # in a range of which no zone is known

LONG_AGO = utc(2020, 1, 1)
UTC_ZONE = ZoneInfo("UTC")
QUARTER = timedelta(minutes=15)
SECOND = timedelta(seconds=1)


# The number


@pytest.mark.parametrize(
    ("number", "country"),
    [
        ("+14155551234", "US"),
        ("+14165551234", "CA"),
        ("+18762345678", "JM"),
        ("+442079460958", "GB"),
        ("+447400123456", "GB"),
        ("+447781123456", "GG"),
        ("+4915112345678", "DE"),
        ("+61412345678", "AU"),
        # In no range of the list in hand, which may be older than the range: the main country's.
        ("+447700900123", "GB"),
    ],
)
def test_an_ordinary_number_may_be_dialed_in_its_own_country_only(
    number: str, country: str
) -> None:
    assert check_number(number, frozenset({country})) is None
    refusal = check_number(number, EVERYWHERE - {country})
    assert refusal is not None
    assert refusal.rule is Rule.COUNTRY
    assert refusal.until is None
    assert country in refusal.reason


# Area codes of +1 outside the United States and Canada, which cost as much as any far country.
CARIBBEAN = [242, 246, 264, 268, 284, 345, 441, 473, 649, 658, 664, 721, 758, 767, 784]
CARIBBEAN += [809, 829, 849, 868, 869, 876]
TERRITORIES = [340, 670, 671, 684, 787, 939]


@given(st.sampled_from(CARIBBEAN + TERRITORIES), st.integers(2_000_000, 9_999_999))
def test_no_island_behind_plus_one_passes_for_the_united_states(area: int, subscriber: int) -> None:
    refusal = check_number(f"+1{area}{subscriber}", frozenset({"US", "CA"}))
    assert refusal is not None
    assert refusal.rule is Rule.COUNTRY


@pytest.mark.parametrize(
    "number",
    [
        pytest.param("+870773123456", id="Inmarsat"),
        pytest.param("+881612345678", id="Iridium"),
        pytest.param("+8821612345678", id="Thuraya"),
        pytest.param("+883510012345", id="international network"),
        pytest.param("+878101234567890", id="universal personal number"),
        pytest.param("+80012345678", id="international freephone"),
        pytest.param("+80812345678", id="international shared cost"),
        pytest.param("+979123456789", id="international premium"),
        pytest.param("+97912345678", id="no such number of a global range"),
    ],
)
def test_numbers_of_no_country_may_never_be_dialed(number: str) -> None:
    refusal = check_number(number, EVERYWHERE)
    assert refusal is not None
    assert refusal.rule is Rule.COUNTRY
    assert "no country" in refusal.reason


@pytest.mark.parametrize(
    "number",
    [
        pytest.param("+19005551234", id="US premium"),
        pytest.param("+18005551234", id="US toll-free"),
        pytest.param("+18885551234", id="US toll-free, newer code"),
        pytest.param("+15005551234", id="US personal"),
        pytest.param("+449098790000", id="UK premium 09"),
        pytest.param("+448712345678", id="UK premium 0871"),
        pytest.param("+448451234567", id="UK 0845"),
        pytest.param("+448701234567", id="UK 0870"),
        pytest.param("+447012345678", id="UK personal 070"),
        pytest.param("+447640123456", id="UK pager 076"),
        pytest.param("+448001234567", id="UK freephone"),
        pytest.param("+499001234567", id="German premium 0900"),
        pytest.param("+491801234567", id="German shared cost 0180"),
        pytest.param("+33891123456", id="French premium"),
        pytest.param("+611900123456", id="Australian premium"),
    ],
)
def test_numbers_that_cost_more_than_a_call_are_refused_also_in_allowed_countries(
    number: str,
) -> None:
    refusal = check_number(number, EVERYWHERE)
    assert refusal is not None
    assert refusal.rule is Rule.NUMBER_TYPE
    assert refusal.until is None
    assert "_" not in refusal.reason


def test_with_no_country_allowed_nothing_may_be_dialed() -> None:
    assert check_number("+14155551234", frozenset()) is not None


@pytest.mark.parametrize(
    ("digits", "country", "number"),
    [
        ("4155551234", "US", "+14155551234"),
        ("14155551234", "US", "+14155551234"),
        ("02079460958", "GB", "+442079460958"),
        ("0014155551234", "GB", None),
        ("8762345678", "US", None),  # Jamaica
        ("9005551234", "US", None),  # premium
        ("08451234567", "GB", None),
        ("01144 2079460958", "US", None),
        ("5551234", "US", None),
        ("911", "US", None),
        ("", "US", None),
    ],
)
def test_what_a_caller_keys_in_is_a_number_only_if_it_may_be_dialed(
    digits: str, country: str, number: str | None
) -> None:
    assert callable_number(digits, country) == number


# The hour


def lawful(number: str, now: datetime, fallback: ZoneInfo = UTC_ZONE) -> bool:
    """Whether `number` may be rung at `now` by somebody whose promise is long past."""
    return check_hours(number, now, LONG_AGO, LONG_AGO, fallback) is None


@pytest.mark.parametrize(
    ("number", "opens", "closes"),
    [
        (NEW_YORK, utc(2026, 3, 6, 13), utc(2026, 3, 7, 2)),
        # The clocks go forward in the night to 8 March, and back in that to 1 November.
        (NEW_YORK, utc(2026, 3, 8, 12), utc(2026, 3, 9, 1)),
        (NEW_YORK, utc(2026, 11, 1, 13), utc(2026, 11, 2, 2)),
        (HONOLULU, utc(2026, 3, 6, 18), utc(2026, 3, 7, 7)),
        (BERLIN, utc(2026, 3, 6, 7), utc(2026, 3, 6, 20)),
        (BERLIN, utc(2026, 3, 29, 6), utc(2026, 3, 29, 19)),
        (SYDNEY, utc(2026, 3, 5, 21), utc(2026, 3, 6, 10)),
        (SYDNEY, utc(2026, 7, 5, 22), utc(2026, 7, 6, 11)),
        (KATHMANDU, utc(2026, 3, 6, 2, 15), utc(2026, 3, 6, 15, 15)),
        # Anywhere from Kaliningrad to Kamchatka: nine in the evening there, eight in the morning here.
        (RUSSIAN_MOBILE, utc(2026, 3, 6, 6), utc(2026, 3, 6, 9)),
    ],
)
def test_a_person_is_rung_from_eight_to_nine_by_the_clock_on_her_wall(
    number: str, opens: datetime, closes: datetime
) -> None:
    assert not lawful(number, opens - SECOND)
    assert lawful(number, opens)
    assert lawful(number, closes - SECOND)
    assert not lawful(number, closes)


@pytest.mark.parametrize(
    ("number", "now", "until"),
    [
        (NEW_YORK, utc(2026, 3, 7, 2), utc(2026, 3, 7, 13)),
        (NEW_YORK, utc(2026, 3, 7, 12, 59, 59), utc(2026, 3, 7, 13)),
        (NEW_YORK, utc(2026, 3, 8, 2), utc(2026, 3, 8, 12)),
        (KATHMANDU, utc(2026, 3, 6, 15, 15), utc(2026, 3, 7, 2, 15)),
        (RUSSIAN_MOBILE, utc(2026, 3, 6, 12, 7), utc(2026, 3, 7, 6)),
    ],
)
def test_the_refusal_says_when_the_person_may_be_rung(
    number: str, now: datetime, until: datetime
) -> None:
    refusal = check_hours(number, now, LONG_AGO, LONG_AGO, UTC_ZONE)
    assert refusal is not None
    assert refusal.rule is Rule.LAWFUL_HOURS
    assert refusal.until == until


NUMBERS = st.sampled_from([NEW_YORK, HONOLULU, BERLIN, SYDNEY, KATHMANDU, "+61412345678", NOWHERE])
FALLBACKS = st.sampled_from(["America/New_York", "Europe/London", "Asia/Kathmandu"]).map(ZoneInfo)


@given(NUMBERS, INSTANTS, FALLBACKS)
def test_a_call_is_let_through_only_if_it_is_day_wherever_the_phone_may_be(
    number: str, now: datetime, fallback: ZoneInfo
) -> None:
    zones = [ZoneInfo(name) for name in zones_of(number)] or [fallback]
    hours = [now.astimezone(zone).hour for zone in zones]
    assert lawful(number, now, fallback) is all(8 <= hour <= 20 for hour in hours)


@given(NUMBERS, INSTANTS, FALLBACKS)
def test_a_refused_call_may_be_placed_at_the_told_time_and_no_quarter_sooner(
    number: str, now: datetime, fallback: ZoneInfo
) -> None:
    refusal = check_hours(number, now, LONG_AGO, LONG_AGO, fallback)
    if refusal is None:
        return
    assert refusal.until is not None
    assert now < refusal.until <= now + timedelta(days=1)
    assert lawful(number, refusal.until, fallback)
    assert not lawful(number, max(now, refusal.until - QUARTER), fallback)
    assert not lawful(number, max(now, refusal.until - SECOND), fallback)


def test_a_number_that_tells_of_no_zone_is_judged_where_the_line_is() -> None:
    assert zones_of(NOWHERE) == ()
    three_utc = utc(2026, 3, 6, 3)
    assert not lawful(NOWHERE, three_utc, ZoneInfo("Europe/London"))
    assert lawful(NOWHERE, three_utc, ZoneInfo("Asia/Tokyo"))
    assert not lawful(BERLIN, three_utc, ZoneInfo("Asia/Tokyo"))


# What was agreed


@pytest.mark.parametrize(
    ("offset", "allowed"),
    [
        (-timedelta(microseconds=1), False),
        (timedelta(0), True),
        (timedelta(minutes=15), True),
        (timedelta(hours=2, minutes=15), True),
        (timedelta(hours=2, minutes=15, microseconds=1), False),
    ],
)
def test_in_the_night_a_person_is_rung_only_about_the_time_she_asked_for(
    offset: timedelta, allowed: bool
) -> None:
    agreed_from = utc(2026, 3, 7, 4)  # eleven in the evening in New York
    agreed_until = agreed_from + QUARTER
    refusal = check_hours(NEW_YORK, agreed_from + offset, agreed_from, agreed_until, UTC_ZONE)
    assert (refusal is None) is allowed


@given(NUMBERS, INSTANTS, st.timedeltas(timedelta(0), timedelta(hours=4)))
def test_who_asked_for_an_hour_is_rung_at_that_hour_wherever_she_is(
    number: str, agreed_from: datetime, length: timedelta
) -> None:
    agreed_until = agreed_from + length
    for now in (
        agreed_from,
        agreed_from + length / 2,
        agreed_until,
        agreed_until + timedelta(hours=2),
    ):
        assert check_hours(number, now, agreed_from, agreed_until, UTC_ZONE) is None


@pytest.mark.parametrize("now", [time(8, 0), time(20, 59, 59)])
def test_by_day_nothing_needs_to_have_been_agreed(now: time) -> None:
    at = datetime.combine(utc(2026, 3, 6), now, tzinfo=ZoneInfo("Europe/Berlin"))
    later = utc(2026, 3, 20)
    assert check_hours(BERLIN, at, later, later, UTC_ZONE) is None


@pytest.mark.parametrize("number", ["+8816123456789", "+19005550123", "+8707731112345"])
def test_satellites_and_premium_numbers_are_never_dialed(number: str) -> None:
    assert check_number(number, frozenset({"US"})) is not None


def test_a_line_may_block_prefixes_of_its_own_and_the_rule_is_named() -> None:
    assert check_number("+14155550111", frozenset({"US"})) is None
    refusal = check_number("+14155550111", frozenset({"US"}), ["+1415"])
    assert refusal is not None
    assert (refusal.rule, refusal.until) == (Rule.BLOCKED_PREFIX, None)


@pytest.mark.parametrize(
    ("to_number", "on_line", "rule"),
    [(2, 9, None), (3, 0, Rule.NUMBER_LIMIT), (0, 10, Rule.LINE_LIMIT), (3, 10, Rule.NUMBER_LIMIT)],
)
def test_a_day_has_its_limits_and_the_next_day_begins_anew(
    to_number: int, on_line: int, rule: Rule | None
) -> None:
    now = datetime(2026, 3, 2, 18, 0, tzinfo=UTC)
    refusal = check_limits(to_number, on_line, 3, 10, now, ZoneInfo("America/Los_Angeles"))
    assert (refusal and refusal.rule) == rule
    if refusal is not None:
        assert refusal.until == datetime(2026, 3, 3, 8, 0, tzinfo=UTC)


def test_a_line_without_a_limit_has_none() -> None:
    now = datetime(2026, 3, 2, 18, 0, tzinfo=UTC)
    assert check_limits(0, 10_000, 3, None, now, ZoneInfo("UTC")) is None
