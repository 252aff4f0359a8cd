"""Queues of callers, first come, first served."""

from __future__ import annotations

import asyncio
from bisect import bisect_left
from datetime import UTC, datetime, timedelta

from callback.clock import Clock
from callback.simulator.breaks import Break
from callback.simulator.call import Call
from callback.simulator.dates import whole_seconds
from callback.simulator.lifecycles import QUEUE_MEMBER, follow

DEFAULT_MAX_SIZE = 1_000
LARGEST_MAX_SIZE = 5_000
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Member:
    """A caller's place in a queue. `taken` breaks whatever the caller hears while waiting.

    `ticket` grows from member to member, so that a place is found without counting.
    """

    def __init__(self, call: Call, taken: Break, enqueued_at: datetime, ticket: int) -> None:
        self.call = call
        self.ticket = ticket
        self.taken = taken
        self.enqueued_at = enqueued_at
        self.state = "waiting"

    def step(self, event: str) -> None:
        """Follow the life-cycle of a place in a queue."""
        self.state = follow(QUEUE_MEMBER, self.state, event)


class Queue:
    """Members in order, and who waits for the next of them."""

    def __init__(self, sid: str, name: str, max_size: int, clock: Clock) -> None:
        self.sid = sid
        self.name = name
        self.max_size = max_size
        self.created_at = self.updated_at = clock.now()
        self.members: list[Member] = []
        self.served: set[str] = set()
        self._clock = clock
        self._tickets = 0
        self._since_epoch = timedelta(0)
        self._awaited: set[asyncio.Future[None]] = set()

    @property
    def full(self) -> bool:
        """Whether nobody more gets in."""
        return len(self.members) >= self.max_size

    @property
    def average_wait_s(self) -> int:
        """How long the present members have waited, on average."""
        if not self.members:
            return 0
        return whole_seconds(self._clock.now() - EPOCH - self._since_epoch / len(self.members))

    def wait_s(self, member: Member) -> int:
        """How long this member has waited."""
        return whole_seconds(self._clock.now() - member.enqueued_at)

    def position(self, member: Member) -> int:
        """Return the member's place; the front is 1, and 0 is nowhere."""
        index = bisect_left(self.members, member.ticket, key=lambda each: each.ticket)
        return index + 1 if self.members[index : index + 1] == [member] else 0

    def add(self, call: Call, taken: Break) -> Member:
        """Put a call at the end."""
        self._tickets += 1
        member = Member(call, taken, self._clock.now(), self._tickets)
        self.members.append(member)
        self._since_epoch += member.enqueued_at - EPOCH
        for event in self._awaited:
            if not event.done():
                event.set_result(None)
        self._awaited.clear()
        return member

    def find(self, call_sid: str) -> Member | None:
        """Return the member with that call, or the first for `Front`."""
        if call_sid == "Front":
            return self.members[0] if self.members else None
        return next((each for each in self.members if each.call.sid == call_sid), None)

    def take(self, member: Member, reason: object) -> None:
        """Take a member out for `reason`, which the caller's wait is told at once."""
        member.step("take")
        self._remove(member)
        self.served.add(member.call.sid)
        member.taken.now(reason)

    def drop(self, member: Member, event: str) -> None:
        """A member goes: by leaving, hanging up, being redirected, or an error."""
        member.step(event)
        self._remove(member)

    def arrival(self) -> asyncio.Future[None]:
        """Return an event that happens when somebody joins."""
        event: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._awaited.add(event)
        return event

    def facts_for(self, member: Member) -> tuple[tuple[str, str], ...]:
        """Return the parameters that a waitUrl is asked with."""
        return (
            ("QueueSid", self.sid),
            ("QueuePosition", str(self.position(member))),
            ("QueueTime", str(self.wait_s(member))),
            ("AvgQueueTime", str(self.average_wait_s)),
            ("CurrentQueueSize", str(len(self.members))),
            ("MaxQueueSize", str(self.max_size)),
        )

    def _remove(self, member: Member) -> None:
        if place := self.position(member):
            del self.members[place - 1]
            self._since_epoch -= member.enqueued_at - EPOCH
