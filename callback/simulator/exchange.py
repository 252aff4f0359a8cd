"""The exchange: everything that is on the line, and every task that keeps it going."""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import Coroutine
from datetime import datetime, timedelta
from typing import Any, TypeVar

from callback.clock import Clock
from callback.simulator.account import Account, IncomingNumber
from callback.simulator.breaks import Break
from callback.simulator.call import Call, StatusEvents
from callback.simulator.conference import Conference
from callback.simulator.course import Course
from callback.simulator.dates import whole_seconds
from callback.simulator.debugger import Debugger
from callback.simulator.dispatch import Dispatcher
from callback.simulator.errors import ProblemList
from callback.simulator.faults import Faults, Misfortune
from callback.simulator.ids import Ids
from callback.simulator.journal import Journal
from callback.simulator.legs import limit, person_on, receive
from callback.simulator.message import Message
from callback.simulator.messaging import deliver, receive_message
from callback.simulator.people import People
from callback.simulator.persona import Persona
from callback.simulator.postbox import Postboxes
from callback.simulator.queue import DEFAULT_MAX_SIZE, Queue
from callback.simulator.recording import Recording
from callback.simulator.skew import SkewedClock
from callback.simulator.transport import Transport
from callback.simulator.twiml.contexts import Context
from callback.simulator.verbs.table import PERFORMERS
from callback.simulator.webhooks import Postman

log = logging.getLogger(__name__)
T = TypeVar("T")


class Exchange:
    """One simulated account with all that happens on it.

    It owns its tasks: `close()` ends them all. `in_flight` tells a test whether an answer from the
    application is still awaited before the clock may move on; `begun` counts tasks, so that it also sees
    work that never waits.
    """

    def __init__(
        self,
        clock: Clock,
        account: Account,
        transport: Transport,
        *,
        seed: int = 1,
        api_base: str = "https://api.twilio.com",
    ) -> None:
        draw = random.Random(seed)
        self.clock = SkewedClock(clock)
        self.account = account
        self.api_base = api_base
        self.ids = Ids(draw)
        self.journal = Journal(self.clock)
        self.problems = ProblemList(self.clock)
        self.people = People(random.Random(draw.random()))
        self.misfortune = Misfortune(random.Random(draw.random()))
        self.calls: dict[str, Call] = {}
        self.live: dict[str, Call] = {}
        self.queues: dict[str, Queue] = {}
        self.conferences: dict[str, Conference] = {}
        self._rooms: dict[str, Conference] = {}
        self.messages: dict[str, Message] = {}
        self.recordings: dict[str, Recording] = {}
        self.opted_out: set[tuple[str, str]] = set()
        self.planned = 0
        self.begun = 0
        self._transport = transport
        self._tasks: set[asyncio.Task[Any]] = set()
        self.postman = Postman(
            account, transport, self.ids, self.journal, self.problems, self.misfortune, self.clock
        )
        self.postboxes = Postboxes(
            self.clock, self.postman, self.ids, self.misfortune, self.problems, self.spawn
        )
        self.problems.listeners.append(Debugger(account, self.ids, self.postboxes.open()).tell)
        self.dispatcher = Dispatcher(account, self.clock, self.spawn)

    @property
    def in_flight(self) -> int:
        """How many HTTP requests are being awaited right now."""
        return self.postman.in_flight

    @property
    def done(self) -> bool:
        """Whether nothing is on the line, on its way, or planned."""
        return not self.live and not self.planned and not self.in_flight

    def suffer(self, faults: Faults) -> None:
        """Let these faults happen from now on; calm faults end all of them."""
        self.clock.ahead = timedelta(seconds=faults.skew_s)
        self.misfortune.set(faults, self.clock.now())

    def set_number(self, phone_number: str, **settings: str) -> IncomingNumber:
        """Give the account a number, or change the settings of one."""
        sid = self.ids.sid("PN")
        return self.account.set_number(sid, phone_number, self.clock.now(), **settings)

    def spawn(self, work: Coroutine[Any, Any, T]) -> asyncio.Task[T]:
        """Run something beside everything else, under the exchange's eye."""
        self.begun += 1
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._finished)
        return task

    async def close(self) -> None:
        """End every task and let go of connections."""
        while self._tasks:
            tasks = list(self._tasks)
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            self._tasks.difference_update(tasks)
        await self._transport.close()

    def course(self, call: Call, context: Context, stop: Break) -> Course:
        """Return a course for a call that knows all verbs."""
        return Course(self, call, context, stop, PERFORMERS)

    def new_call(
        self,
        direction: str,
        from_: str,
        to: str,
        *,
        parent_sid: str | None = None,
        status_events: StatusEvents | None = None,
    ) -> Call:
        """Put a call on the books."""
        call = Call(
            self.ids.sid("CA"),
            self.account.sid,
            direction,
            from_,
            to,
            clock=self.clock,
            postbox=self.postboxes.open(),
            parent_sid=parent_sid,
            status_events=status_events,
        )
        self.calls[call.sid] = self.live[call.sid] = call
        call.on_answer.append(lambda answered: limit(self, answered))
        call.on_end.append(self._off_the_line)
        return call

    def incoming_call(self, from_: str, to: str, persona: Persona | None = None) -> Call:
        """A person dials one of the account's numbers now.

        Raises:
            KeyError: the account has no such number.

        """
        number = self.account.numbers[to]
        full = self.account.max_calls is not None and len(self.live) >= self.account.max_calls
        told = None
        if number.status_callback:
            told = StatusEvents(number.status_callback, number.status_callback_method)
        call = self.new_call("inbound", from_, to, status_events=told)
        call.token = self.ids.token()
        if full:
            self.problems.add(10004, "Call concurrency limit exceeded", call_sid=call.sid)
            call.end("busy", "too many calls at once")
            return call
        if number.voice_fallback_url:
            call.fallback = (number.voice_fallback_url, number.voice_fallback_method)
        call.person = person_on(self, call, persona or self.people.at(from_))
        self.spawn(receive(self, call, number.voice_url, number.voice_method))
        return call

    def queue_named(self, name: str, max_size: int = DEFAULT_MAX_SIZE) -> Queue:
        """Return the queue of that name, made on demand."""
        queue = self.find_queue(name)
        if queue is None:
            queue = Queue(self.ids.sid("QU"), name, max_size, self.clock)
            self.queues[queue.sid] = queue
        return queue

    def keep_recording(self, call_sid: str, began_at: datetime, source: str) -> Recording:
        """Put a recording on the books that has just ended."""
        seconds = whole_seconds(self.clock.now() - began_at)
        sid = self.ids.sid("RE")
        recording = Recording(sid, self.account.sid, call_sid, began_at, seconds, source)
        self.recordings[sid] = recording
        return recording

    def url_of(self, recording: Recording) -> str:
        """Return where a recording can be fetched."""
        return f"{self.api_base}/2010-04-01/Accounts/{self.account.sid}/Recordings/{recording.sid}"

    def find_queue(self, name: str) -> Queue | None:
        """Return the queue of that name, if there is one."""
        return next((queue for queue in self.queues.values() if queue.name == name), None)

    def find_conference(self, key: str) -> Conference | None:
        """Return the conference with that SID, or the live one of that name."""
        if key in self.conferences:
            return self.conferences[key]
        room = self._rooms.get(key)
        return room if room is not None and room.live else None

    def conference_named(self, name: str) -> Conference:
        """Return the live conference of that name, made on demand."""
        room = self.find_conference(name)
        if room is None:
            room = Conference(
                self.ids.sid("CF"), self.account.sid, name, self.clock, self.postboxes.open()
            )
            self.conferences[room.sid] = self._rooms[name] = room
        return room

    def send_message(
        self,
        direction: str,
        from_: str,
        to: str,
        body: str,
        *,
        status_callback: str = "",
        media: tuple[str, ...] = (),
        send_at: datetime | None = None,
        messaging_service_sid: str | None = None,
    ) -> Message:
        """Send a message on its way."""
        message = Message(
            self.ids.sid("MM" if media else "SM"),
            self.account.sid,
            direction,
            from_,
            to,
            body,
            self.clock.now(),
            status="scheduled" if send_at else "queued",
            status_callback=status_callback,
            media=media,
            send_at=send_at,
            messaging_service_sid=messaging_service_sid,
        )
        self.messages[message.sid] = message
        self.spawn(deliver(self, message))
        return message

    def incoming_message(self, from_: str, to: str, body: str) -> Message:
        """A person sends a message to one of the account's numbers now.

        Raises:
            KeyError: the account has no such number.

        """
        number = self.account.numbers[to]
        message = Message(
            self.ids.sid("SM"),
            self.account.sid,
            "inbound",
            from_,
            to,
            body,
            self.clock.now(),
            status="receiving",
        )
        self.messages[message.sid] = message
        self.spawn(receive_message(self, message, number))
        return message

    def _off_the_line(self, call: Call) -> None:
        self.live.pop(call.sid, None)

    def _finished(self, task: asyncio.Task[Any]) -> None:
        self._tasks.discard(task)
        if task.cancelled() or (error := task.exception()) is None:
            return
        log.error("a task of the simulator failed", exc_info=error)
        self.problems.add(0, f"the simulator itself failed: {error!r}")
