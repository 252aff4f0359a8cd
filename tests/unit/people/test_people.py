"""Passwords, addresses and limits, as rules."""

from __future__ import annotations

import pytest

from callback.errors import InvalidInput
from callback.keys import Role, allows
from callback.live import topics_of
from callback.people.attempts import PER_ACCOUNT, PER_ADDRESS, too_many
from callback.people.passwords import (
    LONGEST,
    check_password,
    hash_password,
    is_outdated,
    is_password,
)
from callback.people.user import email_of
from callback.promises.callback import TimelineEntry
from tests.unit.builders import make_line, utc

GOOD = "correct horse battery"


def test_roles_hold_what_the_lower_ones_may() -> None:
    roles = list(Role)
    for rank, role in enumerate(roles):
        assert [allows(role, least) for least in roles] == [other <= rank for other in range(4)]


@pytest.mark.parametrize("text", ["ada@example.com", " Ada@Example.COM\n"])
def test_an_address_is_kept_in_small_letters(text: str) -> None:
    assert email_of(text) == "ada@example.com"


@pytest.mark.parametrize(
    "text", ["", "ada", "@x", "ada@", "a b@x", "a@b@c", "a" * 65 + "@x", "a@\x00"]
)
def test_what_is_no_address_is_refused(text: str) -> None:
    with pytest.raises(InvalidInput, match="email"):
        email_of(text)


@pytest.mark.parametrize(
    "password", ["short", "x" * (LONGEST + 1), "abababababababab", "ada@example.com"]
)
def test_passwords_that_are_guessed_easily_are_refused(password: str) -> None:
    with pytest.raises(InvalidInput, match="password"):
        check_password(password, "ada@example.com", "Ada")


def test_a_sentence_is_a_good_password() -> None:
    check_password(GOOD, "ada@example.com", "Ada")


async def test_a_hash_knows_its_password_and_no_other() -> None:
    kept = await hash_password(GOOD)
    assert kept.startswith("$argon2id$")
    assert GOOD not in kept
    assert await is_password(kept, GOOD)
    assert not await is_password(kept, GOOD + "x")
    assert not await is_password(None, "a password that nobody has")
    assert not await is_password("nonsense", GOOD)
    assert not is_outdated(kept)
    assert is_outdated("$argon2id$v=19$m=8,t=1,p=1$c29tZXNhbHQ$aGFzaGhhc2hoYXNoaGFzaA")


def test_limits_are_reached_by_one_account_or_one_address() -> None:
    assert not too_many(PER_ACCOUNT - 1, PER_ADDRESS - 1)
    assert too_many(PER_ACCOUNT, 0)
    assert too_many(0, PER_ADDRESS)


def test_a_row_is_news_of_itself_and_of_what_it_belongs_to() -> None:
    assert topics_of(make_line()) == {"line", "line:line"}
    entry = TimelineEntry(callback_id="1", at=utc(2026, 1, 1), event="request")
    assert topics_of(entry) == {"timeline_entry", "callback:1"}
