"""What an agent is doing: the states, the events, and the one table of what follows what."""

from __future__ import annotations

from enum import StrEnum

from callback.transitions import Transitions


class AgentStatus(StrEnum):
    """States of an agent.

    * `offline`: not at work.
    * `away`: at work, taking no calls.
    * `available`: free for the next call.
    * `reserved`: a call or callback is being offered, or a person is being dialled for this agent.
    * `busy`: talking.
    * `wrap_up`: finishing the work after a call; ends by itself after the line's time.
    """

    OFFLINE = "offline"
    AWAY = "away"
    AVAILABLE = "available"
    RESERVED = "reserved"
    BUSY = "busy"
    WRAP_UP = "wrap_up"


class AgentEvent(StrEnum):
    """What can happen to an agent; the first three are what an agent says of herself."""

    GO_AVAILABLE = "go_available"
    GO_AWAY = "go_away"
    GO_OFFLINE = "go_offline"
    RESERVE = "reserve"
    RELEASE = "release"
    TALK = "talk"
    FINISH = "finish"
    MISS_TOO_OFTEN = "miss_too_often"


class AwayReason(StrEnum):
    """Why an agent is away; `missed` is said for her when her phone was not answered too often."""

    BREAK = "break"
    LUNCH = "lunch"
    MEETING = "meeting"
    TRAINING = "training"
    OTHER = "other"
    MISSED = "missed"


S, E = AgentStatus, AgentEvent

PRESENCE: Transitions[AgentStatus, AgentEvent] = Transitions(
    "agent",
    {
        E.GO_AVAILABLE: [((S.OFFLINE, S.AWAY, S.AVAILABLE, S.WRAP_UP), S.AVAILABLE)],
        E.GO_AWAY: [((S.OFFLINE, S.AWAY, S.AVAILABLE, S.WRAP_UP), S.AWAY)],
        E.GO_OFFLINE: [((S.OFFLINE, S.AWAY, S.AVAILABLE, S.WRAP_UP), S.OFFLINE)],
        E.RESERVE: [((S.AVAILABLE,), S.RESERVED)],
        E.RELEASE: [((S.RESERVED,), S.AVAILABLE)],
        E.TALK: [((S.RESERVED,), S.BUSY)],
        E.FINISH: [((S.BUSY,), S.WRAP_UP)],
        E.MISS_TOO_OFTEN: [((S.RESERVED,), S.AWAY)],
    },
)

ON_A_CALL = frozenset({S.RESERVED, S.BUSY})
AT_WORK = frozenset({S.AVAILABLE, S.RESERVED, S.BUSY, S.WRAP_UP})
MISSES_BEFORE_AWAY = 2
