"""What the API takes, checked before it reaches the domain."""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, model_validator

from callback.agents.presence import AgentStatus, AwayReason
from callback.dialing.leg import Listening
from callback.dialogue.sentences import languages
from callback.lines.line import DialOrder, SurveyChannel
from callback.telephony.port import MachineDetection

MONTH_SECONDS = 31 * 24 * 3600


def _known_language(value: str) -> str:
    if value not in languages():
        raise ValueError(f"there are no sentences in {value!r}; there are {sorted(languages())}")
    return value


# Control characters can be neither spoken, nor written in TwiML, nor stored in PostgreSQL.
NO_CONTROL = r"^[^\x00-\x1f\x7f]+$"
Name = Annotated[str, Field(min_length=1, max_length=80, pattern=NO_CONTROL)]
Word = Annotated[str, Field(min_length=1, max_length=40, pattern=NO_CONTROL)]
Language = Annotated[str, AfterValidator(_known_language)]
Languages = Annotated[list[Language], Field(min_length=1, max_length=10)]
Country = Annotated[str, Field(pattern="^[A-Z]{2}$")]
Prefix = Annotated[str, Field(pattern=r"^\+[1-9][0-9]{0,14}$")]
Slug = Annotated[str, Field(pattern=r"^[a-z0-9](-?[a-z0-9]){1,39}$")]
Origin = Annotated[str, Field(pattern=r"^https?://[a-z0-9.-]+(:[0-9]{1,5})?$")]
Seconds = Annotated[int, Field(ge=0, le=MONTH_SECONDS)]
Delays = dict[
    Literal["busy", "no_answer", "machine", "failed"],
    Annotated[list[Annotated[int, Field(ge=1, le=MONTH_SECONDS)]], Field(max_length=20)],
]


NULLABLE = frozenset(
    {"holidays_country", "offer_after_seconds", "callbacks_per_window", "dials_per_day"}
    | {"offer_up_to_seconds", "offer_up_to_waiting", "slug", "supervisor_skill"}
)


class Strict(BaseModel):
    """Unknown fields are an error, so that a misspelt one is not silently ignored."""

    model_config = ConfigDict(extra="forbid")


class Span(Strict):
    """One span of opening hours; `day` 0 is Monday."""

    day: Annotated[int, Field(ge=0, le=6)]
    opens: str
    closes: str


class SpecialSpan(Strict):
    """Hours of one date instead of its weekday's; without `opens` and `closes` it is closed."""

    date: str
    opens: str | None = None
    closes: str | None = None


class Event(Strict):
    """A day on which more or fewer call than usual; events of one name share what is learnt of them."""

    date: str
    name: Annotated[str, Field(min_length=1, max_length=80, pattern=NO_CONTROL)]


class Question(Strict):
    """A question that callers can have answered while they wait."""

    title: Annotated[str, Field(min_length=1, max_length=80, pattern=NO_CONTROL)]
    text: Annotated[str, Field(min_length=1, max_length=600, pattern=NO_CONTROL)]


class Target(Strict):
    """A service level: this share of callers answered within so many seconds."""

    share: Annotated[float, Field(gt=0, le=1)]
    seconds: Seconds


class LineSettings(Strict):
    """Everything that a line can be set to; what is left out stays, or takes its default."""

    name: Name | None = None
    numbers: Annotated[list[str], Field(min_length=1)] | None = None
    time_zone: str | None = None
    languages: Languages | None = None
    opening_hours: list[Span] | None = None
    holidays_country: str | None = None
    country: Country | None = None
    dial_order: DialOrder | None = None
    offer_after_seconds: Seconds | None = None
    window_minutes: Annotated[int, Field(ge=5, le=240)] | None = None
    callbacks_per_window: Annotated[int, Field(ge=0, le=10_000)] | None = None
    retry_after_seconds: Delays | None = None
    ring_seconds: Annotated[int, Field(ge=5, le=600)] | None = None
    agent_ring_seconds: Annotated[int, Field(ge=5, le=600)] | None = None
    machine_detection: MachineDetection | None = None
    service_level: Target | None = None
    expected_handle_seconds: Annotated[int, Field(ge=1, le=MONTH_SECONDS)] | None = None
    wrap_up_seconds: Seconds | None = None
    announce_every_seconds: Annotated[int, Field(ge=5, le=300)] | None = None
    number_languages: dict[str, Language] | None = None
    offer_when_waiting: Annotated[int, Field(ge=0, le=10_000)] | None = None
    offer_every: Annotated[int, Field(ge=1, le=100)] | None = None
    offer_up_to_seconds: Seconds | None = None
    offer_up_to_waiting: Annotated[int, Field(ge=0, le=10_000)] | None = None
    takes_notes: bool | None = None
    notes_kept_days: Annotated[int, Field(ge=0, le=3650)] | None = None
    messages_kept_days: Annotated[int, Field(ge=1, le=3650)] | None = None
    supervisor_skill: Word | None = None
    repeat_days: Annotated[int, Field(ge=1, le=365)] | None = None
    say_position: bool | None = None
    special_days: Annotated[list[SpecialSpan], Field(max_length=400)] | None = None
    events: Annotated[list[Event], Field(max_length=2000)] | None = None
    reasons: Annotated[list[Word], Field(max_length=9)] | None = None
    answers: Annotated[list[Question], Field(max_length=5)] | None = None
    countries: Annotated[list[Country], Field(max_length=250)] | None = None
    blocked_prefixes: Annotated[list[Prefix], Field(max_length=1000)] | None = None
    dials_per_number_per_day: Annotated[int, Field(ge=1, le=100)] | None = None
    dials_per_day: Annotated[int, Field(ge=0, le=1_000_000)] | None = None
    preferred_agent_minutes: Annotated[int, Field(ge=0, le=240)] | None = None
    promise_chance: Annotated[float, Field(ge=0.5, le=0.99)] | None = None
    shrinkage: Annotated[float, Field(ge=0, le=0.9)] | None = None
    redial_minutes: Annotated[int, Field(ge=0, le=1440)] | None = None
    dispositions: Annotated[list[Name], Field(max_length=30)] | None = None
    paused: bool | None = None
    texts: bool | None = None
    remind_before_minutes: Annotated[int, Field(ge=0, le=1440)] | None = None
    survey: SurveyChannel | None = None
    slug: Slug | None = None
    embed_origins: Annotated[list[Origin], Field(max_length=20)] | None = None

    @model_validator(mode="after")
    def _null_only_where_it_means_something(self) -> Self:
        for name in self.model_fields_set - NULLABLE:
            if getattr(self, name) is None:
                raise ValueError(f"{name} cannot be null; leave it out to keep it as it is")
        return self

    def given(self) -> dict[str, Any]:
        """Return the fields that were sent."""
        return self.model_dump(exclude_unset=True)


class NewLine(LineSettings):
    """A line to be made."""

    name: Name
    numbers: Annotated[list[str], Field(min_length=1)]
    time_zone: str


class NewAgent(Strict):
    """An agent to be made."""

    name: Name
    endpoint: Annotated[str, Field(min_length=3, max_length=256, pattern=NO_CONTROL)]
    line_ids: list[str] = []
    languages: Annotated[list[Word], Field(min_length=1, max_length=10)] = ["en"]
    skills: Annotated[list[Word], Field(max_length=100)] = []


class Presence(Strict):
    """What an agent wants to be."""

    status: Literal[AgentStatus.AVAILABLE, AgentStatus.AWAY, AgentStatus.OFFLINE]
    reason: AwayReason | None = None


class NewCallback(Strict):
    """A callback to be promised: as soon as possible, or beginning at `promised_from`."""

    line_id: str
    phone_number: str
    language: Language | None = None
    extension: Annotated[str, Field(pattern="^[0-9]{1,12}$")] | None = None
    promised_from: AwareDatetime | None = None
    reason: Annotated[str, Field(min_length=1, max_length=80, pattern=NO_CONTROL)] | None = None
    priority: Annotated[int, Field(ge=0, le=10)] = 0
    skills: Annotated[list[Word], Field(max_length=20)] = []
    preferred_agent_id: str | None = None


class Bulk(Strict):
    """What is to be done with several callbacks.

    `move` wants `promised_from`, from which on the first window with room is promised; `reassign` wants
    `agent_id`, null for anyone.
    """

    ids: Annotated[list[str], Field(min_length=1, max_length=500)]
    action: Literal["move", "cancel", "reassign", "dial_now"]
    promised_from: AwareDatetime | None = None
    agent_id: str | None = None

    @model_validator(mode="after")
    def _says_what_the_action_needs(self) -> Self:
        if self.action == "move" and self.promised_from is None:
            raise ValueError("promised_from is needed to move callbacks")
        if self.action == "reassign" and "agent_id" not in self.model_fields_set:
            raise ValueError("agent_id is needed to reassign callbacks; null means anyone")
        return self


class Assignment(Strict):
    """For whom a callback is kept first; null means anyone."""

    agent_id: str | None


class ListeningMode(Strict):
    """How a supervisor is in a conversation."""

    mode: Listening


class ListenIn(ListeningMode):
    """Whose phone is rung to bring a supervisor into a conversation."""

    agent_id: str


class Move(Strict):
    """The new beginning of a promise."""

    promised_from: AwareDatetime
