"""The agent: a person with a phone, the lines she serves, and what she is doing."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import JSON
from sqlmodel import Field, SQLModel

from callback.agents.presence import (
    MISSES_BEFORE_AWAY,
    ON_A_CALL,
    PRESENCE,
    AgentEvent,
    AgentStatus,
    AwayReason,
)
from callback.columns import words

_WISHES = {
    AgentStatus.AVAILABLE: AgentEvent.GO_AVAILABLE,
    AgentStatus.AWAY: AgentEvent.GO_AWAY,
    AgentStatus.OFFLINE: AgentEvent.GO_OFFLINE,
}


class Agent(SQLModel, table=True):
    """An agent. `endpoint` is what we dial: `+1…`, `sip:…` or `client:…`.

    `wish` is the state she asked for while on a call; it takes effect when the call is over. `away_reason` is
    why she is away, or will be then.
    """

    __tablename__ = "agent"

    id: str = Field(primary_key=True, max_length=32)
    name: str = Field(max_length=80)
    endpoint: str = Field(max_length=256)
    languages: list[str] = Field(default_factory=lambda: ["en"], sa_type=JSON)
    skills: list[str] = Field(default_factory=list, sa_type=JSON)
    status: AgentStatus = Field(
        default=AgentStatus.OFFLINE,
        sa_type=words(AgentStatus),
        index=True,
    )
    status_since: datetime
    wrap_up_until: datetime | None = None
    wish: AgentStatus | None = Field(default=None, sa_type=words(AgentStatus))
    away_reason: AwayReason | None = Field(default=None, sa_type=words(AwayReason))
    misses: int = 0
    created_at: datetime

    def apply(self, event: AgentEvent, at: datetime) -> None:
        """Change the status by `event`; the only way to do so.

        Raises:
            IllegalTransition: the present status does not know the event.

        """
        status = PRESENCE.next(self.status, event)
        if status != self.status:
            self.status_since = at
        self.status = status
        if status != AgentStatus.WRAP_UP:
            self.wrap_up_until = None

    def ask_for(self, status: AgentStatus, at: datetime, reason: AwayReason | None = None) -> None:
        """Go to `status` now, or after the present call; `status` is available, away or offline."""
        self.away_reason = reason if status == AgentStatus.AWAY else None
        if self.status in ON_A_CALL:
            self.wish = status
            return
        self.wish = None
        self.misses = 0
        self.apply(_WISHES[status], at)

    def miss(self, at: datetime) -> None:
        """Let an offer go by unanswered; the second in a row sets the agent away."""
        self.misses += 1
        if self.misses >= MISSES_BEFORE_AWAY:
            self.misses = 0
            self.away_reason = AwayReason.MISSED
            self.apply(AgentEvent.MISS_TOO_OFTEN, at)
        else:
            self.apply(AgentEvent.RELEASE, at)
        self._grant_wish(at)

    def release(self, at: datetime) -> None:
        """Be free again without having talked."""
        self.apply(AgentEvent.RELEASE, at)
        self._grant_wish(at)

    def finish(self, at: datetime, wrap_up_until: datetime) -> None:
        """End a conversation; wrap-up lasts until the given instant."""
        self.apply(AgentEvent.FINISH, at)
        self.misses = 0
        self.wrap_up_until = wrap_up_until
        if wrap_up_until <= at:
            self.end_wrap_up(at)

    def end_wrap_up(self, at: datetime) -> None:
        """Leave wrap-up for what was wished meanwhile, or to be available; too late, nothing changes."""
        if self.status != AgentStatus.WRAP_UP:
            return
        self.apply(AgentEvent.GO_AVAILABLE, at)
        self._grant_wish(at)

    def _grant_wish(self, at: datetime) -> None:
        if self.wish is not None:
            wish, self.wish = self.wish, None
            self.apply(_WISHES[wish], at)


class AgentLine(SQLModel, table=True):
    """An agent serves a line."""

    __tablename__ = "agent_line"

    agent_id: str = Field(primary_key=True, foreign_key="agent.id")
    line_id: str = Field(primary_key=True, foreign_key="line.id", index=True)
