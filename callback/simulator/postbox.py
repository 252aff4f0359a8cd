"""Status events of one call, conference or message: sent one after another, blocking nobody."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Coroutine
from datetime import timedelta
from typing import Any, Final

from callback.clock import Clock
from callback.simulator.errors import ProblemList
from callback.simulator.faults import Misfortune
from callback.simulator.ids import Ids
from callback.simulator.webhooks import Postman, Webhook

OVERTAKEN_S: Final = 3.0
"""How late an event comes that later ones were made to overtake."""

MOST_REMEMBERED: Final = 4
"""Events of one call that may come once more after its end."""

Spawn = Callable[[Coroutine[Any, Any, None]], object]


class Postboxes:
    """What every postbox of an exchange shares."""

    def __init__(
        self,
        clock: Clock,
        postman: Postman,
        ids: Ids,
        misfortune: Misfortune,
        problems: ProblemList,
        spawn: Spawn,
    ) -> None:
        self.clock = clock
        self.postman = postman
        self.ids = ids
        self.misfortune = misfortune
        self.problems = problems
        self.spawn = spawn

    def open(self) -> Postbox:
        """Return a postbox of its own order."""
        return Postbox(self)


class Postbox:
    """Keeps the order in which events were put in."""

    def __init__(self, shared: Postboxes) -> None:
        self._shared = shared
        self._waiting: deque[Webhook] = deque()
        self._known: deque[Webhook] = deque(maxlen=MOST_REMEMBERED)
        self._busy = False

    def put(self, webhook: Webhook) -> None:
        """Send `webhook` after everything put in before."""
        misfortune = self._shared.misfortune
        self._known.append(webhook)
        if misfortune.happens("drop"):
            return
        if misfortune.happens("reorder"):
            self._shared.spawn(self._send(webhook, OVERTAKEN_S))
            return
        self._waiting.append(webhook)
        if not self._busy:
            self._busy = True
            self._shared.spawn(self._empty())

    def last(self, webhook: Webhook) -> None:
        """Send the event after which there is no other, and with bad luck an earlier one once more."""
        earlier = list(self._known)
        self.put(webhook)
        if earlier and self._shared.misfortune.happens("after_end"):
            late = self._shared.misfortune.one_of(earlier)
            self._shared.spawn(self._send(late, OVERTAKEN_S))

    async def _empty(self) -> None:
        try:
            while self._waiting:
                await self._send(self._waiting.popleft(), 0.0)
        finally:
            self._busy = False

    async def _send(self, webhook: Webhook, late_s: float) -> None:
        shared = self._shared
        late = timedelta(seconds=late_s, milliseconds=shared.misfortune.faults.delay_ms)
        if late:
            await shared.clock.sleep(late)
        token = shared.ids.token()
        for _copy in range(2 if shared.misfortune.happens("duplicate") else 1):
            answer = await shared.postman.send(webhook, token)
            if answer.code:
                shared.problems.add(
                    answer.code,
                    f"status event: {answer.detail}",
                    call_sid=webhook.call_sid,
                    url=answer.url,
                    level="warning",
                )
