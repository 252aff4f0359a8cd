"""The line: what people call, and everything that it can be set to."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from sqlalchemy import JSON
from sqlmodel import Field, SQLModel
from typing_extensions import TypedDict

from callback.columns import words
from callback.telephony.port import MachineDetection


class DialOrder(StrEnum):
    """Whose phone rings first when a callback is due."""

    AGENT_FIRST = "agent_first"
    CUSTOMER_FIRST = "customer_first"


class SurveyChannel(StrEnum):
    """How people are asked after a conversation how it was."""

    OFF = "off"
    VOICE = "voice"
    TEXT = "text"


class OpeningSpan(TypedDict):
    """One span of one weekday; `day` 0 is Monday, times are local `HH:MM`, and 24:00 is midnight."""

    day: int
    opens: str
    closes: str


class SpecialDay(TypedDict):
    """A day with hours of its own instead of its weekday's or a holiday's; no spans: closed all day."""

    date: str
    opens: str | None
    closes: str | None


class EventDay(TypedDict):
    """A day on which something moves the calls; days of one name share an effect that is learnt."""

    date: str
    name: str


class Answer(TypedDict):
    """A question that callers can have answered while they wait."""

    title: str
    text: str


class ServiceLevel(TypedDict):
    """The target: this share (0–1) of callers answered within so many seconds."""

    share: float
    seconds: int


DEFAULT_RETRY_AFTER_SECONDS: dict[str, list[int]] = {
    "busy": [120, 300, 900],
    "no_answer": [300, 900, 1800],
    "machine": [1800],
    "failed": [300],
}


class Line(SQLModel, table=True):
    """A line and its policy. Durations carry their unit in the name; times are local to `time_zone`.

    A callback is offered where the wait is above `offer_after_seconds` and at least `offer_when_waiting`
    contacts are ahead, and spoken of at every `offer_every`-th announcement. `reasons` are what callers may
    say their call is about, `answers` what they can listen to while waiting. Beyond `offer_up_to_seconds` of
    wait or `offer_up_to_waiting` contacts ahead (None: no bound) nobody is promised a call in turn any more;
    times that have room can still be chosen. A line that `takes_notes` lets whoever was promised a call say a
    name or what it is about after a tone; that is thrown away `notes_kept_days` after the window. Where there
    is a `supervisor_skill`, callers who were served here within `repeat_days` may ask for an agent with it.

    Numbers of `countries` (ISO 3166 alpha-2; none: the line's own) may be dialled, except those that begin with
    one of `blocked_prefixes`; each number at most `dials_per_number_per_day` times, and all together
    `dials_per_day` times a local day. A callback is kept for its preferred agent for
    `preferred_agent_minutes`. While the line is `paused`, callers are served but no callback is dialled.

    Windows are sized by plan and forecast so that they are kept with the probability `promise_chance`;
    `shrinkage` is the share of planned time in which agents are not there for calls. `callbacks_per_window` is
    the limit where there is no plan or no forecast. Who calls again within `redial_minutes` after hanging up in
    the queue is the same demand, not more of it (0: every call counts).

    With `texts`, people are told by text what was promised, and reminded of a chosen time
    `remind_before_minutes` before (0: not at all). A line with a `slug` has a form on the web at
    `/lines/{slug}/call-me`, which pages of `embed_origins` may show inside theirs. After a conversation
    people are asked two questions by `survey`: on the phone once the agent has hung up, by text, or not.
    `dispositions` are the outcomes that agents choose from; none: ours.
    """

    __tablename__ = "line"

    id: str = Field(primary_key=True, max_length=32)
    name: str = Field(max_length=80)
    time_zone: str
    languages: list[str] = Field(default_factory=lambda: ["en"], sa_type=JSON)
    opening_hours: list[OpeningSpan] = Field(default_factory=list, sa_type=JSON)
    holidays_country: str | None = None
    country: str = Field(max_length=2)
    dial_order: DialOrder = Field(default=DialOrder.AGENT_FIRST, sa_type=words(DialOrder))
    # None means never, and must not be taken for a value that was left out.
    offer_after_seconds: int | None = Field(default=60, sa_column_kwargs={"default": None})
    window_minutes: int = 15
    callbacks_per_window: int | None = None
    retry_after_seconds: dict[str, list[int]] = Field(
        default_factory=lambda: dict(DEFAULT_RETRY_AFTER_SECONDS), sa_type=JSON
    )
    ring_seconds: int = 25
    agent_ring_seconds: int = 20
    machine_detection: MachineDetection = Field(
        default=MachineDetection.OFF,
        sa_type=words(MachineDetection),
    )
    service_level: ServiceLevel = Field(
        default_factory=lambda: ServiceLevel(share=0.8, seconds=20), sa_type=JSON
    )
    expected_handle_seconds: int = 180
    wrap_up_seconds: int = 0
    announce_every_seconds: int = 20
    offer_when_waiting: int = 0
    offer_every: int = 1
    offer_up_to_seconds: int | None = None
    offer_up_to_waiting: int | None = None
    takes_notes: bool = False
    notes_kept_days: int = 30
    messages_kept_days: int = 90
    supervisor_skill: str | None = Field(default=None, max_length=40)
    repeat_days: int = 7
    say_position: bool = False
    special_days: list[SpecialDay] = Field(default_factory=list, sa_type=JSON)
    events: list[EventDay] = Field(default_factory=list, sa_type=JSON)
    reasons: list[str] = Field(default_factory=list, sa_type=JSON)
    answers: list[Answer] = Field(default_factory=list, sa_type=JSON)
    countries: list[str] = Field(default_factory=list, sa_type=JSON)
    blocked_prefixes: list[str] = Field(default_factory=list, sa_type=JSON)
    dials_per_number_per_day: int = 10
    dials_per_day: int | None = None
    preferred_agent_minutes: int = 5
    promise_chance: float = 0.9
    shrinkage: float = 0.15
    redial_minutes: int = 30
    dispositions: list[str] = Field(default_factory=list, sa_type=JSON)
    paused: bool = False
    texts: bool = True
    remind_before_minutes: int = 30
    survey: SurveyChannel = Field(default=SurveyChannel.OFF, sa_type=words(SurveyChannel))
    slug: str | None = Field(default=None, max_length=40, unique=True)
    embed_origins: list[str] = Field(default_factory=list, sa_type=JSON)
    created_at: datetime

    @property
    def may_be_dialed(self) -> frozenset[str]:
        """The countries whose numbers may be dialled."""
        return frozenset(self.countries or [self.country])

    @property
    def zone(self) -> ZoneInfo:
        """The zone in which callers hear times."""
        return ZoneInfo(self.time_zone)

    @property
    def window(self) -> timedelta:
        """The length of a promise window."""
        return timedelta(minutes=self.window_minutes)

    @property
    def language(self) -> str:
        """The language in which a call begins."""
        return self.languages[0]


class LineNumber(SQLModel, table=True):
    """A phone number (E.164) that leads to a line; a number leads to one line only.

    With a `language`, whoever calls this number is spoken to in it and not asked.
    """

    __tablename__ = "line_number"

    number: str = Field(primary_key=True, max_length=20)
    line_id: str = Field(foreign_key="line.id", index=True)
    position: int = 0
    language: str | None = None
