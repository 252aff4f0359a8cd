"""What may follow what: the lives of a call, a place in a queue, a conference and who is in it, a message.

Each table maps a state and an event to the next state. What is missing cannot happen, and asking for it is
a mistake of ours that must be loud.
"""

from __future__ import annotations

from typing import Final

Table = dict[tuple[str, str], str]

CALL: Final[Table] = {
    ("queued", "ring"): "ringing",
    ("queued", "fail"): "failed",
    ("queued", "cancel"): "canceled",
    ("ringing", "answer"): "in-progress",
    ("ringing", "busy"): "busy",
    ("ringing", "no-answer"): "no-answer",
    ("ringing", "fail"): "failed",
    ("ringing", "cancel"): "canceled",
    ("ringing", "complete"): "completed",
    ("in-progress", "complete"): "completed",
}
CALL_ENDS: Final = frozenset({"completed", "busy", "no-answer", "failed", "canceled"})

QUEUE_MEMBER: Final[Table] = {
    ("waiting", "take"): "taken",
    ("waiting", "leave"): "left",
    ("waiting", "hang-up"): "left",
    ("waiting", "redirect"): "left",
    ("waiting", "fail"): "left",
    ("taken", "bridge"): "bridged",
    ("taken", "hang-up"): "left",
    ("taken", "redirect"): "left",
    ("taken", "fail"): "left",
    ("bridged", "part"): "left",
}

CONFERENCE: Final[Table] = {
    ("init", "start"): "in-progress",
    ("init", "end"): "completed",
    ("in-progress", "end"): "completed",
}

PARTICIPANT: Final[Table] = {
    ("queued", "join"): "connected",
    ("queued", "miss"): "failed",
    ("connected", "leave"): "complete",
}

MESSAGE: Final[Table] = {
    ("queued", "send"): "sending",
    ("queued", "fail"): "failed",
    ("scheduled", "due"): "queued",
    ("scheduled", "cancel"): "canceled",
    ("sending", "hand-over"): "sent",
    ("sending", "fail"): "failed",
    ("sent", "confirm"): "delivered",
    ("sent", "lose"): "undelivered",
    ("receiving", "arrive"): "received",
}
MESSAGE_ENDS: Final = frozenset({"delivered", "undelivered", "failed", "canceled", "received"})


class IllegalStep(Exception):
    """An event that the table does not allow in that state."""

    def __init__(self, state: str, event: str) -> None:
        super().__init__(f"{event!r} cannot happen in state {state!r}")
        self.state = state
        self.event = event


def follow(table: Table, state: str, event: str) -> str:
    """Return the state after `event`.

    Raises:
        IllegalStep: the table knows no such step.

    """
    try:
        return table[state, event]
    except KeyError:
        raise IllegalStep(state, event) from None
