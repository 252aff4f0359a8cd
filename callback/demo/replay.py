"""The very calls of a logged day: who called when, how long they talked, when they gave up.

Three things no log can say and are therefore drawn, each person from a seed of their own: how much longer
somebody who was answered would have waited, how long somebody who hung up would have talked (as an answered
call of the same kind did), and what they would have done with an offer.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from random import Random

from callback.demo.day import Caller, Day, temper
from callback.demo.log import LoggedCall, LogUnreadable, agents_seen
from callback.demo.numbers import number_of
from callback.demo.queueing import available, fitting_share, play

SOURCE = "the log named on the command line"
USUAL_TALK = timedelta(minutes=3)


def replay(calls: Sequence[LoggedCall], on: date, seed: int) -> Day:
    """Return the day `on` of a log.

    Patience is taken to be exponential: of somebody who hung up it is the wait that was seen, of somebody
    answered that wait and a remainder drawn with the log's mean patience (memoryless, so the wait so far says
    nothing about it). Agents are those seen talking, scaled so that the plain queue loses as many callers as
    the log's day did.

    Raises:
        LogUnreadable: the log has no callers on that day.

    """
    chosen = [call for call in calls if call.day == on]
    if not chosen:
        days = sorted({call.day for call in calls})
        span = f"it runs from {days[0]} to {days[-1]}" if days else "it is empty"
        raise LogUnreadable(f"the log has no callers on {on}; {span}")
    mean_patience = mean_patience_seconds(calls)
    talks = _talks(calls)
    callers = tuple(
        _caller(call, person, mean_patience, talks, Random(f"{seed}:{person}"))
        for person, call in enumerate(chosen)
    )
    present = agents_seen(chosen)
    lost = sum(not call.answered for call in chosen) / len(chosen)
    share = fitting_share(
        lambda share: play(callers, available(present, share)).abandoned_share, lost
    )
    return Day(
        on=on,
        callers=callers,
        agents=available(present, share),
        title=f"{on}, call by call ({share:.0%} of the agents seen talking)",
        source=SOURCE,
    )


def mean_patience_seconds(calls: Sequence[LoggedCall]) -> float:
    """Return the exponential's likelihood estimate: all time waited over those who hung up waiting."""
    left = sum(1 for call in calls if not call.answered and call.waited)
    waited = sum((call.waited for call in calls), timedelta(0)).total_seconds()
    return waited / left if left else 600.0


def _talks(calls: Sequence[LoggedCall]) -> dict[str, list[timedelta]]:
    talks: dict[str, list[timedelta]] = defaultdict(list)
    for call in calls:
        if call.answered:
            talks[call.call_type].append(call.handled)
    return talks


def _caller(
    call: LoggedCall,
    person: int,
    mean_patience: float,
    talks: dict[str, list[timedelta]],
    rng: Random,
) -> Caller:
    drawn = temper(rng)
    beyond = timedelta(seconds=round(rng.expovariate(1 / mean_patience), 1))
    caller = Caller(
        arrives=call.arrived,
        call_type=call.call_type,
        number=number_of(person),
        patience=call.waited,
        handle=call.handled,
        wish=drawn.wish,
        first_ring=drawn.first_ring,
        reaction=drawn.reaction,
    )
    if call.answered:
        return replace(caller, patience=call.waited + beyond)
    return replace(caller, handle=rng.choice(talks.get(call.call_type) or [USUAL_TALK]))
