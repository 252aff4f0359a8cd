"""What Twilio's debugger would show: codes, their usual words, and the list of what went wrong."""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any, Final

from callback.clock import Clock

log = logging.getLogger(__name__)

MEANINGS: Final[dict[int, str]] = {
    11200: "HTTP retrieval failure",
    11205: "HTTP connection failure",
    11210: "HTTP bad host name",
    11215: "HTTP too many redirects",
    11237: "Certificate invalid - could not find a path to a trusted root",
    11240: "Invalid connection override",
    11750: "TwiML response body too large",
    11770: "Empty TwiML response body",
    12100: "Document parse failure",
    12102: "The root element must be Response",
    12200: "Schema validation warning",
    12300: "Invalid Content-Type",
    13201: "Dial: Cannot Dial out from a Dial Call Segment",
    13214: "Dial: Invalid callerId value",
    13215: "Dial: Invalid nested element",
    13223: "Dial: Invalid phone number format",
    13238: "Dial->Conference: Invalid Verb used in waitUrl, holdUrl, or announceUrl TwiML",
    13320: "Gather: Invalid nested verb",
    13520: "Say: Invalid text",
    13521: "Say: character limit exceeded",
    14101: "Message: 'To' attribute is invalid",
    14103: "Message: Invalid Body",
    14110: "Invalid Verb for Message Reply",
    14205: "Enqueue: Queue name too long",
    14204: "Enqueue: Queue name too short",
    15003: "Call Progress: Error Response to Callback URL",
    16025: "Conference: participant label is not unique",
    21262: "AsyncAmdStatusCallback is missing",
    32019: "Both Url and Twiml were given; Url is used",
}


@dataclass(frozen=True)
class Problem:
    """One thing that Twilio would hold against the application (or code 0: a fault of the simulator)."""

    at: str
    level: str
    code: int
    message: str
    call_sid: str | None
    url: str | None


class ProblemList:
    """Keeps the problems of a run, for a test to find empty."""

    def __init__(self, clock: Clock, keep: int = 1_000) -> None:
        self._clock = clock
        self.listeners: list[Callable[[Problem], None]] = []
        self._problems: deque[Problem] = deque(maxlen=keep)

    def add(
        self,
        code: int,
        detail: str = "",
        *,
        call_sid: str | None = None,
        url: str | None = None,
        level: str = "error",
    ) -> None:
        """Record a problem under its code, with what is known beyond the code's usual words."""
        meaning = MEANINGS.get(code, "")
        message = f"{meaning}: {detail}" if meaning and detail else meaning or detail
        at = self._clock.now().isoformat()
        problem = Problem(at, level, code, message, call_sid, url)
        self._problems.append(problem)
        log.warning("%s %d %s (call %s, %s)", level, code, message, call_sid, url)
        for listener in self.listeners:
            listener(problem)

    def as_json(self) -> list[dict[str, Any]]:
        """Return the problems, oldest first."""
        return [asdict(problem) for problem in self._problems]
