"""The plainest queue: first come, first served, with impatience, without callbacks.

It says beforehand what a day should look like, which is how the number of agents is chosen: a log shows who
was talking, never who was free to talk, so “present” overstates “available” and has to be scaled until the
day loses as many callers as it really did.
"""

from __future__ import annotations

import heapq
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from callback.demo.day import Caller
from callback.demo.log import HALF_HOUR, HALF_HOURS

# An agent's phone rings, is picked up, the agent hears who waits and accepts, and hears a goodbye in the end:
# so long an agent is taken beyond the talk itself, at the demo's default rate.
CONNECTING = timedelta(seconds=20)
SHARES = tuple(share / 100 for share in range(60, 121))


@dataclass(frozen=True)
class Expected:
    """What the plain queue makes of a day."""

    calls: int
    abandoned: int
    waits: tuple[float, ...]

    @property
    def abandoned_share(self) -> float:
        """Return the share (0–1) of callers who hung up."""
        return self.abandoned / self.calls if self.calls else 0.0

    @property
    def average_wait_seconds(self) -> float:
        """Return the mean wait of the answered."""
        return sum(self.waits) / len(self.waits) if self.waits else 0.0


def play(
    callers: Iterable[Caller], agents: Sequence[int], connecting: timedelta = CONNECTING
) -> Expected:
    """Serve callers in order of arrival with `agents[i]` agents in the i-th half-hour.

    Agents who leave finish their call. Whoever still waits when nothing more happens has hung up.
    """
    waiting: deque[Caller] = deque()
    coming = sorted(callers, key=lambda caller: caller.arrives)
    events = [(caller.arrives, 0, number) for number, caller in enumerate(coming)]
    events += [(index * HALF_HOUR, 1, index) for index in range(HALF_HOURS)]
    heapq.heapify(events)
    busy = abandoned = 0
    waits: list[float] = []
    while events:
        now, kind, number = heapq.heappop(events)
        if kind == 0:
            waiting.append(coming[number])
        elif kind == 2:
            busy -= 1
        while waiting and busy < agents[min(now // HALF_HOUR, HALF_HOURS - 1)]:
            caller = waiting.popleft()
            if caller.arrives + caller.patience < now:
                abandoned += 1
                continue
            busy += 1
            waits.append((now - caller.arrives).total_seconds())
            heapq.heappush(events, (now + connecting + caller.handle, 2, number))
    return Expected(len(coming), abandoned + len(waiting), tuple(waits))


def available(present: Sequence[float], share: float) -> tuple[int, ...]:
    """Return whole agents: `share` of those present, at least one where somebody was."""
    return tuple(max(1, round(count * share)) if count >= 0.5 else 0 for count in present)


def fitting_share(
    loses: Callable[[float], float], abandoned_share: float, usual: float = 0.85
) -> float:
    """Return the share of present agents at which a day loses what it really lost; ties go to `usual`."""
    return min(SHARES, key=lambda share: (abs(loses(share) - abandoned_share), abs(share - usual)))
