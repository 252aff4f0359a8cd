"""Links that people are sent: only ours are read, and not for ever."""

from __future__ import annotations

from datetime import timedelta

import pytest

from callback.errors import NotAllowed
from callback.ids import new_id
from callback.links import Link, Links
from tests.unit.builders import utc

NOW = utc(2026, 3, 2, 9)
UNTIL = NOW + timedelta(days=1)
LINKS = Links("https://callback.example/", "a secret")
CALLBACK = new_id(NOW)


def test_a_link_names_its_callback() -> None:
    address = LINKS.page(CALLBACK, UNTIL, 0)
    assert address is not None
    assert address.startswith("https://callback.example/c/")
    assert len(address) < 110
    assert LINKS.read(address.rpartition("/")[2]) == Link(CALLBACK, UNTIL, 0)


@pytest.mark.parametrize("generation", [0, 1, 300])
def test_a_link_says_of_which_generation_it_is(generation: int) -> None:
    token = LINKS.token(CALLBACK, UNTIL, generation)
    assert LINKS.read(token) == Link(CALLBACK, UNTIL, generation)


def test_a_link_of_somebody_elses_making_is_not_read() -> None:
    token = LINKS.token(CALLBACK, UNTIL, 0)
    forged = Links("https://callback.example", "another secret").token(CALLBACK, UNTIL, 0)
    for wrong in (forged, token[:-1], f"{token}a", f"A{token}", "", ".", "ä"):
        with pytest.raises(NotAllowed, match="not made here"):
            LINKS.read(wrong)


def test_every_change_of_a_character_is_found() -> None:
    token = LINKS.token(CALLBACK, UNTIL, 0)
    for place, letter in enumerate(token[:-1]):
        other = "A" if letter != "A" else "B"
        with pytest.raises(NotAllowed):
            LINKS.read(token[:place] + other + token[place + 1 :])


def test_without_a_secret_there_are_no_links() -> None:
    bare = Links("https://callback.example", "")
    assert bare.page(CALLBACK, UNTIL, 0) is None
    with pytest.raises(NotAllowed, match="SECRET_KEY"):
        bare.read(LINKS.token(CALLBACK, UNTIL, 0))
