"""What the API takes, checked before it reaches the domain."""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, field_validator, model_validator

from callback.agents.presence import AgentStatus
from callback.dialogue.sentences import languages
from callback.lines.line import DialOrder
from callback.telephony.port import MachineDetection

Languages = Annotated[list[str], Field(min_length=1, max_length=10)]
Delays = dict[Literal["busy", "no_answer", "machine", "failed"], list[Annotated[int, Field(ge=1)]]]


NULLABLE = frozenset({"holidays_country", "offer_after_seconds", "callbacks_per_window"})


class Strict(BaseModel):
    """Unknown fields are an error, so that a misspelt one is not silently ignored."""

    model_config = ConfigDict(extra="forbid")


class Span(Strict):
    """One span of opening hours; `day` 0 is Monday."""

    day: Annotated[int, Field(ge=0, le=6)]
    opens: str
    closes: str


class Target(Strict):
    """A service level: this share of callers answered within so many seconds."""

    share: Annotated[float, Field(gt=0, le=1)]
    seconds: Annotated[int, Field(ge=0)]


class LineSettings(Strict):
    """Everything that a line can be set to; what is left out stays, or takes its default."""

    name: Annotated[str, Field(min_length=1, max_length=80)] | None = None
    numbers: Annotated[list[str], Field(min_length=1)] | None = None
    time_zone: str | None = None
    languages: Languages | None = None
    opening_hours: list[Span] | None = None
    holidays_country: str | None = None
    country: Annotated[str, Field(pattern="^[A-Z]{2}$")] | None = None
    dial_order: DialOrder | None = None
    offer_after_seconds: Annotated[int, Field(ge=0)] | None = None
    window_minutes: Annotated[int, Field(ge=5, le=240)] | None = None
    callbacks_per_window: Annotated[int, Field(ge=0)] | None = None
    retry_after_seconds: Delays | None = None
    ring_seconds: Annotated[int, Field(ge=5, le=600)] | None = None
    agent_ring_seconds: Annotated[int, Field(ge=5, le=600)] | None = None
    machine_detection: MachineDetection | None = None
    service_level: Target | None = None
    expected_handle_seconds: Annotated[int, Field(ge=1)] | None = None
    wrap_up_seconds: Annotated[int, Field(ge=0)] | None = None
    announce_every_seconds: Annotated[int, Field(ge=5, le=300)] | None = None

    @field_validator("time_zone")
    @classmethod
    def _known_zone(cls, value: str | None) -> str | None:
        try:
            return value if value is None else ZoneInfo(value).key
        except (ZoneInfoNotFoundError, ValueError) as error:
            raise ValueError(
                f"{value!r} is no IANA time zone such as America/Los_Angeles"
            ) from error

    @field_validator("languages")
    @classmethod
    def _known_languages(cls, value: list[str] | None) -> list[str] | None:
        unknown = sorted(set(value or ()) - languages())
        if unknown:
            raise ValueError(
                f"there are no sentences in {unknown}; there are {sorted(languages())}"
            )
        return value

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

    name: Annotated[str, Field(min_length=1, max_length=80)]
    numbers: Annotated[list[str], Field(min_length=1)]
    time_zone: str


class NewAgent(Strict):
    """An agent to be made."""

    name: Annotated[str, Field(min_length=1, max_length=80)]
    endpoint: Annotated[str, Field(min_length=3, max_length=256)]
    line_ids: list[str] = []
    languages: Languages = ["en"]
    skills: list[str] = []


class Presence(Strict):
    """What an agent wants to be."""

    status: Literal[AgentStatus.AVAILABLE, AgentStatus.AWAY, AgentStatus.OFFLINE]


class NewCallback(Strict):
    """A callback to be promised: as soon as possible, or beginning at `promised_from`."""

    line_id: str
    phone_number: str
    language: str | None = None
    promised_from: AwareDatetime | None = None


class Move(Strict):
    """The new beginning of a promise."""

    promised_from: AwareDatetime
