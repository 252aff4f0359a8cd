"""Phone numbers: parsed once at the edge, E.164 inside, masked wherever a person may read them."""

from __future__ import annotations

import hashlib
import hmac
import re
from enum import StrEnum
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo

import phonenumbers
from phonenumbers import PhoneNumberFormat, PhoneNumberType, ValidationResult
from phonenumbers import timezone as number_zones

from callback.errors import InvalidInput

_WITHHELD = frozenset(
    {"", "anonymous", "unknown", "restricted", "unavailable", "private", "+266696687", "+7378742833",
     "+86282452253", "+2562533", "+8566696687"}
)  # fmt: skip
_INTERNATIONAL = re.compile(r"\+[1-9][0-9]{6,14}")
_LOOKS_LIKE_NUMBER = re.compile(r"\+?\d[\d\s()./-]{5,}\d")
# Dates, and identifiers: 32 hexadecimal digits, the telephone company's with two letters before them.
_KEPT = re.compile(
    r"(?<![0-9A-Za-z])"
    r"((?:19|20)\d\d-[01]\d-[0-3]\d|(?:[A-Z]{2})?[0-9a-f]{32})"
    r"(?![0-9A-SU-Za-z-])"
)


REMEMBERED: Final = 10_000
"""Numbers whose properties are looked up again and again while their people wait."""


class NumberType(StrEnum):
    """What kind of line a number is; a few kinds may be rung, the rest never."""

    FIXED = "fixed"
    MOBILE = "mobile"
    FIXED_OR_MOBILE = "fixed_or_mobile"
    VOIP = "voip"
    TOLL_FREE = "toll_free"
    PREMIUM = "premium"
    SHARED_COST = "shared_cost"
    PERSONAL = "personal"
    PAGER = "pager"
    UAN = "uan"
    VOICEMAIL = "voicemail"
    UNKNOWN = "unknown"


_TYPES = {
    PhoneNumberType.FIXED_LINE: NumberType.FIXED,
    PhoneNumberType.MOBILE: NumberType.MOBILE,
    PhoneNumberType.FIXED_LINE_OR_MOBILE: NumberType.FIXED_OR_MOBILE,
    PhoneNumberType.VOIP: NumberType.VOIP,
    PhoneNumberType.TOLL_FREE: NumberType.TOLL_FREE,
    PhoneNumberType.PREMIUM_RATE: NumberType.PREMIUM,
    PhoneNumberType.SHARED_COST: NumberType.SHARED_COST,
    PhoneNumberType.PERSONAL_NUMBER: NumberType.PERSONAL,
    PhoneNumberType.PAGER: NumberType.PAGER,
    PhoneNumberType.UAN: NumberType.UAN,
    PhoneNumberType.VOICEMAIL: NumberType.VOICEMAIL,
}


def parse_number(text: str, country: str) -> str:
    """Return `text`, as typed or signalled in `country` (ISO 3166 alpha-2), in E.164.

    Only the form is judged here; whether we may ring it is `dialing.rules`' business.

    Raises:
        InvalidInput: it cannot be a phone number.

    """
    text = text.strip()
    if _is_e164(text):
        return text
    try:
        number = phonenumbers.parse(text, country)
    except phonenumbers.NumberParseException as error:
        raise InvalidInput("phone_number", f"{mask(text)} is not a phone number") from error
    # Without its area code a number is of a possible length too, but cannot be rung.
    if phonenumbers.is_possible_number_with_reason(number) != ValidationResult.IS_POSSIBLE:
        raise InvalidInput("phone_number", f"{mask(text)} is too long or too short for {country}")
    return phonenumbers.format_number(number, PhoneNumberFormat.E164)


def _is_e164(text: str) -> bool:
    """Tell, where that takes no parsing, whether `text` is in E.164 already and of a possible length.

    Parsing changes a number with its country's code only by a leading zero or by a national prefix that
    stands where none belongs: whatever might begin so is left to it. This is ten times as quick.
    """
    if not _INTERNATIONAL.fullmatch(text):
        return False
    for digits in (1, 2, 3):
        form = _national_form(int(text[1 : 1 + digits]))
        if form is not None:
            prefix, lengths = form
            national = text[1 + digits :]
            return (
                len(national) in lengths
                and national[0] != "0"
                and not (prefix and prefix.match(national))
            )
    return False


@lru_cache(maxsize=1_000)
def _national_form(code: int) -> tuple[re.Pattern[str] | None, frozenset[int]] | None:
    """Return what a national prefix looks like under a dialling code, and how long numbers are."""
    regions = phonenumbers.COUNTRY_CODE_TO_REGION_CODE.get(code)
    if not regions:
        return None
    rules = phonenumbers.PhoneMetadata.metadata_for_region_or_calling_code(code, regions[0])
    if rules is None or rules.general_desc is None:
        return None
    prefix = rules.national_prefix_for_parsing
    return re.compile(prefix) if prefix else None, frozenset(rules.general_desc.possible_length)


def extension_in(text: str, country: str) -> str | None:
    """Return the extension that was written behind a number (`… ext. 123`), None if there is none of use."""
    try:
        extension = phonenumbers.parse(text.strip(), country).extension
    except phonenumbers.NumberParseException:
        return None
    usable = extension is not None and extension.isdecimal() and len(extension) <= 12
    return extension if usable else None


def caller_number(caller_id: str, country: str) -> str | None:
    """Return the caller's number in E.164, or None where it was withheld or is no number at all."""
    if caller_id.strip().lower() in _WITHHELD or not caller_id.lstrip("+").isdigit():
        return None
    try:
        return parse_number(caller_id, country)
    except InvalidInput:
        return None


@lru_cache(maxsize=REMEMBERED)
def _parsed(number: str) -> phonenumbers.PhoneNumber:
    return phonenumbers.parse(number)


@lru_cache(maxsize=REMEMBERED)
def is_valid(number: str) -> bool:
    """Tell whether an E.164 number lies in a range that its country has given out."""
    return phonenumbers.is_valid_number(_parsed(number))


@lru_cache(maxsize=REMEMBERED)
def region_of(number: str) -> str | None:
    """Return the country (ISO 3166 alpha-2) of an E.164 number; None for satellite and other global ranges.

    The dialling code is not the country: +1 876 is Jamaica, +44 7911 may be Guernsey. A range that the
    numbering plan in hand does not list counts as belonging to its code's main country, because ranges are
    given out faster than any list learns of them.
    """
    parsed = _parsed(number)
    region = phonenumbers.region_code_for_number(parsed)
    if region is None:
        region = phonenumbers.region_code_for_country_code(parsed.country_code or 0)
    return region if region not in {None, "001", "ZZ"} else None


@lru_cache(maxsize=REMEMBERED)
def type_of(number: str) -> NumberType:
    """Return what kind of line an E.164 number is."""
    kind = phonenumbers.number_type(_parsed(number))
    return _TYPES.get(kind, NumberType.UNKNOWN)


@lru_cache(maxsize=REMEMBERED)
def zones_of(number: str) -> tuple[str, ...]:
    """Return the IANA zones in which the phone may be; several where an area spans more than one."""
    zones = number_zones.time_zones_for_number(_parsed(number))
    return tuple(zone for zone in zones if zone != "Etc/Unknown")


def person_zone(number: str | None, otherwise: ZoneInfo) -> ZoneInfo:
    """Return the zone in which a phone is, if its number tells of a single one."""
    zones = zones_of(number) if number else ()
    return ZoneInfo(zones[0]) if len(zones) == 1 else otherwise


@lru_cache(maxsize=REMEMBERED)
def spoken_groups(number: str) -> str:
    """Return an E.164 number as groups of single digits, so that it is read out digit by digit.

    The country's own grouping is kept: `+14155550123` gives `4 1 5, 5 5 5, 0 1 2 3`.
    """
    national = phonenumbers.format_number(_parsed(number), PhoneNumberFormat.NATIONAL)
    groups = re.findall(r"\d+", national)
    return ", ".join(" ".join(group) for group in groups)


def mask(text: str) -> str:
    """Return `text` with all but its first two and last two characters starred, for logs and screens."""
    text = text.strip()
    if len(text) <= 5:
        return "*" * len(text)
    return f"{text[:2]}{'*' * (len(text) - 4)}{text[-2:]}"


def mask_all(text: str, secret: str = "") -> str:
    """Return `text` with everything that looks like a phone number masked; identifiers and dates stay.

    With a `secret`, each is followed by a pseudonym of four hexadecimal digits that is the same wherever
    the number stands, however it is written: so one person can be followed through a log and not be named.
    """
    parts = _KEPT.split(text)
    parts[::2] = [
        _LOOKS_LIKE_NUMBER.sub(lambda found: _masked(found.group(), secret), part)
        for part in parts[::2]
    ]
    return "".join(parts)


def _masked(number: str, secret: str) -> str:
    if not secret:
        return mask(number)
    digits = re.sub(r"\D", "", number)
    pseudonym = hmac.new(secret.encode(), digits.encode(), hashlib.sha256).hexdigest()[:4]
    return f"{mask(number)}~{pseudonym}"
