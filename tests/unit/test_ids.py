"""Identifiers."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from callback.ids import new_id, new_ids
from tests.unit.builders import INSTANTS, utc


@given(INSTANTS)
def test_an_identifier_is_32_hexadecimal_digits_that_begin_with_the_time(now: datetime) -> None:
    made = new_id(now)
    assert re.fullmatch("[0-9a-f]{32}", made)
    assert utc(1970, 1, 1) + timedelta(milliseconds=int(made[:12], 16)) == now


@given(INSTANTS, st.timedeltas(timedelta(milliseconds=2), timedelta(days=36500)))
def test_sorting_by_identifier_is_sorting_by_age(now: datetime, later: timedelta) -> None:
    assert new_id(now) < new_id(now + later)


def test_identifiers_made_in_the_same_instant_differ() -> None:
    now = utc(2026, 3, 2)
    assert len({new_id(now) for _ in range(1000)}) == 1000


@given(st.lists(INSTANTS, max_size=20))
def test_many_are_made_as_one_is(moments: list[datetime]) -> None:
    made = new_ids(moments)
    assert [each[:12] for each in made] == [new_id(moment)[:12] for moment in moments]
    assert all(re.fullmatch("[0-9a-f]{32}", each) for each in made)
    assert len({each[12:] for each in made}) == len(moments)
