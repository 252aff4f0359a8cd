from __future__ import annotations

from datetime import date, timedelta
from random import Random

import pytest

from callback.demo.day import Caller, Day, Ring, Wish
from callback.demo.queueing import available, fitting_share, play


def a_caller(
    minute: float, *, talks: float = 180, waits: float = 600, wish: Wish = Wish.STAY
) -> Caller:
    return Caller(
        arrives=timedelta(minutes=minute),
        call_type="PS",
        number="+16175550100",
        patience=timedelta(seconds=waits),
        handle=timedelta(seconds=talks),
        wish=wish,
        first_ring=Ring.ANSWERED,
        reaction=timedelta(seconds=1),
    )


def a_day(*callers: Caller, agents: int = 1) -> Day:
    return Day(date(1999, 2, 8), callers, (agents,) * 48, "a day", "made up")


def test_busiest_hours_hold_most_callers_and_begin_on_a_half_hour() -> None:
    day = a_day(a_caller(60), *(a_caller(635 + i) for i in range(5)), a_caller(735))
    first, last = day.busiest(timedelta(hours=2))
    assert (first, last) == (timedelta(hours=10, minutes=30), timedelta(hours=12, minutes=30))
    assert len(day.between(first, last).callers) == 6


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [("10-12", 10, 12), ("0-24", 0, 24), ("all", 1, 12.5)],
)
def test_hours_are_named(text: str, first: float, last: float) -> None:
    day = a_day(a_caller(70), a_caller(735))
    assert day.hours(text) == (timedelta(hours=first), timedelta(hours=last))


@pytest.mark.parametrize("text", ["", "12-10", "10", "10-25", "ten-twelve", "10-10"])
def test_other_hours_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match="10-12"):
        a_day(a_caller(70)).hours(text)


def test_a_day_without_callers_has_no_hours() -> None:
    with pytest.raises(ValueError, match="nobody calls"):
        a_day().hours("all")


def test_a_part_of_a_day_begins_with_its_first_and_leaves_out_its_last_instant() -> None:
    day = a_day(a_caller(599), a_caller(600), a_caller(719), a_caller(720))
    part = day.between(timedelta(hours=10), timedelta(hours=12))
    assert [caller.arrives for caller in part.callers] == [
        timedelta(minutes=600),
        timedelta(minutes=719),
    ]


def test_agents_of_the_last_half_hour_stay() -> None:
    day = Day(date(1999, 2, 8), (), tuple(range(48)), "", "")
    assert day.agents_at(timedelta(hours=10, minutes=29)) == 20
    assert day.agents_at(timedelta(hours=10, minutes=30)) == 21
    assert day.agents_at(timedelta(hours=25)) == 47


def test_the_plain_queue_by_hand() -> None:
    # One agent, two minutes a call: the second waits 1:00, the third would wait 2:00 and leaves at 1:30.
    callers = [a_caller(i, talks=120, waits=90) for i in range(3)]
    run = play(callers, (1,) * 48, connecting=timedelta(0))
    assert (run.calls, run.abandoned) == (3, 1)
    assert run.waits == (0.0, 60.0)


def test_connecting_takes_the_agents_time() -> None:
    callers = [a_caller(0, talks=120), a_caller(1, talks=120)]
    run = play(callers, (1,) * 48, connecting=timedelta(seconds=10))
    assert run.waits == (0.0, 70.0)


def test_who_waits_when_the_agents_have_gone_has_hung_up() -> None:
    agents = (1, *(0,) * 47)
    run = play([a_caller(20), a_caller(40, waits=60)], agents)
    assert (run.abandoned, len(run.waits)) == (1, 1)


def test_agents_who_come_take_those_who_still_wait() -> None:
    agents = (0, *(1,) * 47)
    run = play([a_caller(25, waits=600), a_caller(26, waits=60)], agents)
    assert (run.abandoned, run.waits) == (1, (300.0,))


def test_the_plain_queue_agrees_with_erlang_c() -> None:
    # 100 calls in 30 min, 180 s, 14 agents: the published mean wait is 7.836 s; without impatience.
    rng, at, callers = Random(11), 0.0, []
    while at < 23.9 * 3600:
        at += rng.expovariate(100 / 1800)
        callers.append(a_caller(at / 60, talks=rng.expovariate(1 / 180), waits=1e6))
    run = play(callers, (14,) * 48, connecting=timedelta(0))
    assert run.average_wait_seconds == pytest.approx(7.836, rel=0.35)


def test_available_agents_are_whole_and_at_least_one_where_anybody_was() -> None:
    assert available([0.0, 0.4, 0.6, 3.0, 10.0], 0.7) == (0, 0, 1, 2, 7)


def test_the_share_that_fits_is_found() -> None:
    assert fitting_share(lambda share: 1 - share, 0.3) == pytest.approx(0.7)
    assert fitting_share(lambda _: 0.1, 0.1) == pytest.approx(0.85)
