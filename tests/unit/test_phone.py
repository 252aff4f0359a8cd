"""Phone numbers: parsing, withheld callers, reading aloud, masking."""

from __future__ import annotations

import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st
from phonenumbers import PhoneNumberFormat

from callback.errors import InvalidInput
from callback.phone import (
    NumberType,
    caller_number,
    is_valid,
    mask,
    mask_all,
    parse_number,
    region_of,
    spoken_groups,
    type_of,
    zones_of,
)

NUMBERS = [
    "+14155551234",
    "+442079460958",
    "+447400123456",
    "+493012345678",
    "+4915112345678",
    "+33612345678",
    "+97714123456",
    "+390612345678",
]


WITHHELD = {"+266696687", "+7378742833", "+86282452253", "+2562533", "+8566696687"}


def digits_in(text: str) -> int:
    return sum(character.isdigit() for character in text)


# Parsing


@pytest.mark.parametrize(
    ("text", "country", "number"),
    [
        ("415 555 0123", "US", "+14155550123"),
        ("(415) 555-0123", "US", "+14155550123"),
        (" 1-415-555-0123 ", "US", "+14155550123"),
        ("+14155550123", "DE", "+14155550123"),
        ("020 7946 0958", "GB", "+442079460958"),
        ("+44 (0)20 7946 0958", "US", "+442079460958"),
        ("011 44 20 7946 0958", "US", "+442079460958"),
        ("00 44 20 7946 0958", "DE", "+442079460958"),
        ("030/123456", "DE", "+4930123456"),
        # The nought stays in Italy.
        ("06 1234 5678", "IT", "+390612345678"),
        ("8775550123", "JM", "+18775550123"),
    ],
)
def test_a_number_is_read_as_typed_in_its_country(text: str, country: str, number: str) -> None:
    assert parse_number(text, country) == number


@pytest.mark.parametrize(
    ("text", "country"),
    [
        ("", "US"),
        ("help", "US"),
        ("911", "US"),
        ("112", "DE"),
        ("12345", "US"),
        ("+1415555012345678", "US"),
        ("+999123456789", "US"),
        ("4155550123", "ZZ"),
        # Without the area code nobody can be rung.
        ("5550123", "US"),
        ("7946 0958", "GB"),
    ],
)
def test_what_cannot_be_rung_is_refused_and_not_repeated_in_full(text: str, country: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        parse_number(text, country)
    assert refused.value.field == "phone_number"
    assert digits_in(refused.value.reason) <= 4


@pytest.mark.parametrize("number", NUMBERS)
@pytest.mark.parametrize("country", ["US", "GB", "DE", "IT"])
def test_parsing_a_parsed_number_changes_nothing(number: str, country: str) -> None:
    assert parse_number(number, country) == number


# Callers


@given(
    st.sampled_from(sorted(phonenumbers.COUNTRY_CODE_TO_REGION_CODE)),
    st.text("0123456789", min_size=3, max_size=12),
    st.sampled_from(["US", "DE", "IT"]),
)
def test_a_number_that_is_not_parsed_is_what_parsing_would_give(
    code: int, national: str, country: str
) -> None:
    text = f"+{code}{national}"
    try:
        parsed = phonenumbers.parse(text, country)
    except phonenumbers.NumberParseException:
        expected = None
    else:
        reason = phonenumbers.is_possible_number_with_reason(parsed)
        possible = reason == phonenumbers.ValidationResult.IS_POSSIBLE
        expected = phonenumbers.format_number(parsed, PhoneNumberFormat.E164) if possible else None
    assert caller_number(text, country) == (None if text in WITHHELD else expected)


@pytest.mark.parametrize(
    "caller_id",
    [
        "",
        "anonymous",
        "Anonymous",
        "RESTRICTED",
        " unavailable ",
        "unknown",
        "private",
        # The telephone keypad's spelling of the same words.
        "+266696687",
        "+7378742833",
        "+86282452253",
        "+2562533",
        "+8566696687",
        # Not withheld, but no number either.
        "sip:ann@example.com",
        "client:ann",
        "+",
        "911",
        "5550123",
    ],
)
def test_a_caller_without_a_number_has_none(caller_id: str) -> None:
    assert caller_number(caller_id, "US") is None


@pytest.mark.parametrize(
    ("caller_id", "number"),
    [
        ("+14155550123", "+14155550123"),
        ("14155550123", "+14155550123"),
        ("4155550123", "+14155550123"),
        ("+442079460958", "+442079460958"),
    ],
)
def test_a_signalled_number_is_the_caller_s(caller_id: str, number: str) -> None:
    assert caller_number(caller_id, "US") == number


@given(st.text(max_size=20))
def test_whatever_is_signalled_gives_a_number_or_none(caller_id: str) -> None:
    number = caller_number(caller_id, "US")
    assert number is None or parse_number(number, "DE") == number


# What a number tells


@pytest.mark.parametrize(
    ("number", "region"),
    [
        ("+14155551234", "US"),
        ("+14165551234", "CA"),
        ("+18762345678", "JM"),
        ("+18095551234", "DO"),
        ("+17873101234", "PR"),
        ("+447781123456", "GG"),
        ("+447400123456", "GB"),
        ("+77012345678", "KZ"),
        ("+79161234567", "RU"),
        # Of a range that nobody was given: the island's by its area code, else the main country's.
        ("+18760000000", "JM"),
        ("+447700900123", "GB"),
        ("+881612345678", None),
        ("+870773123456", None),
        ("+80012345678", None),
    ],
)
def test_the_country_of_a_number_is_not_its_dialling_code(number: str, region: str | None) -> None:
    assert region_of(number) == region


@pytest.mark.parametrize(
    ("number", "kind"),
    [
        ("+442079460958", NumberType.FIXED),
        ("+4915112345678", NumberType.MOBILE),
        ("+14155551234", NumberType.FIXED_OR_MOBILE),
        ("+8821612345678", NumberType.VOIP),
        ("+18005551234", NumberType.TOLL_FREE),
        ("+19005551234", NumberType.PREMIUM),
        ("+491801234567", NumberType.SHARED_COST),
        ("+447012345678", NumberType.PERSONAL),
        ("+447640123456", NumberType.PAGER),
        ("+443001234567", NumberType.UAN),
        ("+447700900123", NumberType.UNKNOWN),
    ],
)
def test_the_kind_of_a_number(number: str, kind: NumberType) -> None:
    assert type_of(number) is kind


def test_a_number_is_valid_where_its_range_was_given_out() -> None:
    assert is_valid("+14155551234")
    assert not is_valid("+18760000000")


@pytest.mark.parametrize(
    ("number", "zones"),
    [
        ("+12125551234", ("America/New_York",)),
        ("+493012345678", ("Europe/Berlin",)),
        ("+447700900123", ()),
        ("+881612345678", ()),
    ],
)
def test_the_zones_in_which_a_phone_may_be(number: str, zones: tuple[str, ...]) -> None:
    assert zones_of(number) == zones


# Reading aloud


@pytest.mark.parametrize(
    ("number", "spoken"),
    [
        ("+14155550123", "4 1 5, 5 5 5, 0 1 2 3"),
        ("+442079460958", "0 2 0, 7 9 4 6, 0 9 5 8"),
        ("+33612345678", "0 6, 1 2, 3 4, 5 6, 7 8"),
    ],
)
def test_a_number_is_spoken_digit_by_digit_in_its_country_s_groups(
    number: str, spoken: str
) -> None:
    assert spoken_groups(number) == spoken


@pytest.mark.parametrize("number", NUMBERS)
def test_what_is_spoken_is_the_number(number: str) -> None:
    spoken = spoken_groups(number).replace(" ", "").replace(",", "")
    parsed = phonenumbers.parse(number)
    assert spoken.endswith(str(parsed.national_number))


# Masking


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("+14155550123", "+1********23"),
        (" +14155550123 ", "+1********23"),
        ("123456", "12**56"),
        ("12345", "*****"),
        ("911", "***"),
        ("", ""),
    ],
)
def test_a_masked_number_shows_its_ends_and_a_short_one_nothing(text: str, masked: str) -> None:
    assert mask(text) == masked


@given(st.text(alphabet="+0123456789 ()-./x", max_size=40) | st.text(max_size=40))
def test_masking_never_leaks_more_than_four_digits(text: str) -> None:
    masked = mask(text)
    assert digits_in(masked) <= 4
    assert len(masked) == len(text.strip())


FORMATS = st.sampled_from(
    [
        PhoneNumberFormat.E164,
        PhoneNumberFormat.INTERNATIONAL,
        PhoneNumberFormat.NATIONAL,
        PhoneNumberFormat.RFC3966,
    ]
)
WORDS = st.text(alphabet="abc XYZ:,;=?&äß\n'\"", max_size=12)


@given(st.sampled_from(NUMBERS), FORMATS, WORDS, WORDS)
def test_a_number_anywhere_in_a_text_leaks_no_more_than_four_digits(
    number: str, style: int, before: str, after: str
) -> None:
    written = phonenumbers.format_number(phonenumbers.parse(number), style)
    masked = mask_all(f"{before}{written}{after}")
    assert digits_in(masked) <= 4
    assert masked.startswith(before)
    assert masked.endswith(after)


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("from +14155550123 to +442079460958.", "from +1********23 to +4*********58."),
        ("+14155550123,+14155550124", "+1********23,+1********24"),
        ("0251/1234567", "02********67"),
        ("?To=%2B14155550123&x=1", "?To=%2B14*******23&x=1"),
        ("3 agents, 12 waiting, 1440 minutes", "3 agents, 12 waiting, 1440 minutes"),
        ("no numbers here", "no numbers here"),
    ],
)
def test_only_what_looks_like_a_number_is_masked_in_a_text(text: str, masked: str) -> None:
    assert mask_all(text) == masked


def test_a_pseudonym_is_the_same_however_the_number_is_written_and_another_with_another_secret() -> (
    None
):
    plain, written = (
        mask_all(number, "secret").rpartition("~")[2]
        for number in ("+14155550123", "1 (415) 555-0123")
    )
    assert plain == written
    assert len(plain) == 4
    assert plain != mask_all("+14155550123", "other").rpartition("~")[2]
    assert plain != mask_all("+14155550124", "secret").rpartition("~")[2]
