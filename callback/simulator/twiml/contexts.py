"""Where a document is performed decides which verbs it may hold."""

from __future__ import annotations

from enum import Enum
from typing import Final


class Context(Enum):
    """The place of a document in the life of a call."""

    CALL = "a call"
    WAITING = "the waitUrl of an Enqueue"
    CONFERENCE_WAIT = "the waitUrl of a Conference"
    DEQUEUED = "the url of a Queue"
    WHISPER = "the url of a dialled number"
    MESSAGE = "the answer to a message"


CALL_VERBS: Final = frozenset(
    {
        "Dial",
        "Enqueue",
        "Gather",
        "Hangup",
        "Leave",
        "Pause",
        "Play",
        "Record",
        "Redirect",
        "Reject",
        "Say",
    }
)
ALLOWED: Final[dict[Context, frozenset[str]]] = {
    Context.CALL: CALL_VERBS,
    Context.WAITING: frozenset({"Gather", "Hangup", "Leave", "Pause", "Play", "Redirect", "Say"}),
    Context.CONFERENCE_WAIT: frozenset({"Pause", "Play", "Redirect", "Say"}),
    Context.DEQUEUED: frozenset({"Pause", "Play", "Redirect", "Say"}),
    Context.WHISPER: frozenset({"Gather", "Hangup", "Play", "Say"}),
    Context.MESSAGE: frozenset({"Message", "Redirect"}),
}


def refusal_code(context: Context, verb: str) -> int:
    """Return the code for a verb in the wrong place; Twilio publishes none for the queue's documents."""
    if context is Context.WHISPER and verb == "Dial":
        return 13201
    return {Context.CONFERENCE_WAIT: 13238, Context.MESSAGE: 14110}.get(context, 12200)
