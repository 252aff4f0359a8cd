"""The report at the end: the same day, the same people, the same agents, without and with callbacks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from callback.demo.board import spoken

# So much of the day may one answer of the API take before a run is called unfair.
ANSWER_AT_MOST_SECONDS = 3.0


@dataclass(frozen=True)
class Service:
    """What the API reports of one run; shares are 0–1, and None where nothing happened to measure."""

    calls: int
    answered: int
    abandoned: int
    promised: int
    average_speed_of_answer_seconds: float | None
    hold_seconds_total: float
    service_level: float | None
    service_level_seconds: int
    offers_made: int
    offers_taken: int
    promises: int
    promises_kept: int
    promises_decided: int
    promises_kept_share: float | None
    lateness_median_seconds: float | None
    lateness_p95_seconds: float | None
    callbacks_by_status: Mapping[str, int]

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Service:
        """Read the answer of `GET /api/v1/reports/service`; what is added to it later does no harm."""
        return cls(**{name: data[name] for name in cls.__dataclass_fields__})

    @property
    def abandoned_share(self) -> float | None:
        """Return the share of callers who hung up in the queue; who took a callback did not abandon."""
        return self.abandoned / self.calls if self.calls else None

    @property
    def reached_share(self) -> float | None:
        """Return the share of callers who spoke to an agent, at once or when called back."""
        called_back = self.callbacks_by_status.get("completed", 0)
        return (self.answered + called_back) / self.calls if self.calls else None


@dataclass(frozen=True)
class Run:
    """Two runs and how they were made."""

    day: str
    source: str
    hours: str
    rate: float
    people: int
    agents: str
    seconds: float
    unfinished: int = 0
    answer_seconds: float = 0.0


def percent(share: float | None) -> str:
    """Return a share as a percentage, or a dash."""
    return "–" if share is None else f"{share:.1%}"


def lateness(seconds: float | None) -> str:
    """Return how long after the beginning of the promised time the first ring was."""
    return "–" if seconds is None else spoken(seconds)


def rows(service: Service) -> list[tuple[str, str]]:
    """Return the lines of the report for one run, as label and value."""
    level = f"answered within {service.service_level_seconds} s (service level)"
    return [
        ("calls", str(service.calls)),
        ("answered while waiting", str(service.answered)),
        ("abandoned", f"{service.abandoned} ({percent(service.abandoned_share)})"),
        ("average speed of answer (ASA)", spoken(service.average_speed_of_answer_seconds)),
        ("time on hold, all callers together", spoken(service.hold_seconds_total)),
        (level, percent(service.service_level)),
        ("callbacks offered", str(service.offers_made)),
        ("callbacks taken", str(service.offers_taken)),
        ("promises kept", _kept(service)),
        ("lateness, median", lateness(service.lateness_median_seconds)),
        ("lateness, 95 % within", lateness(service.lateness_p95_seconds)),
        ("called back and spoken to", str(service.callbacks_by_status.get("completed", 0))),
        ("spoke to an agent in the end", percent(service.reached_share)),
    ]


def _kept(service: Service) -> str:
    if not service.promises_decided:
        return "–"
    return (
        f"{service.promises_kept} of {service.promises_decided}"
        f" ({percent(service.promises_kept_share)})"
    )


def verdicts(without: Service, with_: Service) -> list[str]:
    """Return in words what callbacks changed, also where they changed it for the worse or not at all."""
    lines = [
        f"{percent(before)} of the callers {did} without callbacks, {percent(after)} with them."
        for did, before, after in (
            ("hung up", without.abandoned_share, with_.abandoned_share),
            ("spoke to an agent", without.reached_share, with_.reached_share),
        )
        if before is not None and after is not None
    ]
    wait, wait_with = (
        without.average_speed_of_answer_seconds,
        with_.average_speed_of_answer_seconds,
    )
    if wait is not None and wait_with is not None:
        lines.append(f"Those who were answered had waited {spoken(wait)}, now {spoken(wait_with)}.")
    if without.hold_seconds_total and with_.hold_seconds_total:
        lines.append(
            f"Together they were on hold for {spoken(without.hold_seconds_total)} without callbacks,"
            f" for {spoken(with_.hold_seconds_total)} with them."
        )
    if with_.promises:
        broken = with_.promises_decided - with_.promises_kept
        undecided = with_.promises - with_.promises_decided
        lines.append(
            f"Of {with_.promises} promises {with_.promises_kept} were kept, {broken} were not"
            + (f", and {undecided} never came to be decided." if undecided else ".")
        )
    else:
        lines.append("Nobody took a callback, so there was no promise to keep.")
    return lines


def hurried(rate: float) -> str:
    """Return what a fast clock does to the figures."""
    if rate <= 1:
        return "The clock ran at the speed of the day."
    return (
        f"Hurried time: the clock ran {rate:g} times as fast, so 10 ms of this machine's work count as"
        f" {rate / 100:.1f} s of the day; waits and lateness include that."
    )


def too_busy(run: Run) -> list[str]:
    """Return a warning where the machine was so slow that the figures speak of it rather than of callbacks.

    A call passes a dozen webhooks one after the other, so each second of the day that one answer takes is
    soon a quarter of a minute.
    """
    taken = run.answer_seconds * run.rate
    if run.rate <= 1 or taken <= ANSWER_AT_MOST_SECONDS:
        return []
    slower = max(1, int(run.rate * ANSWER_AT_MOST_SECONDS / taken))
    return [
        f"This machine was too busy for {run.rate:g} times real time: one answer took"
        f" {run.answer_seconds * 1000:.0f} ms, which is {taken:.0f} s of the day. The figures above say more"
        f" about the machine than about callbacks; --rate {slower} would be fair."
    ]


def draw_report(
    run: Run, without: Service, with_: Service, tomorrow: Sequence[str] = ()
) -> RenderableType:
    """Return the report; `tomorrow` are the lines that the project says of the next day, if it can yet."""
    table = Table(title=f"{run.day}, {run.hours}", title_justify="left")
    table.add_column("")
    table.add_column("without callbacks", justify="right")
    table.add_column("with callbacks", justify="right", style="bold")
    for (label, before), (_, after) in zip(rows(without), rows(with_), strict=True):
        table.add_row(label, before, after)
    notes = [
        f"The same {run.people} people and the same agents ({run.agents}) twice, in {run.seconds:.0f} s.",
        hurried(run.rate),
        "Lateness runs from the beginning of the promised time to the first ring.",
    ]
    if run.unfinished:
        notes.append(f"{run.unfinished} callbacks were still open when time was up.")
    if run.source:
        notes.append(f"Source: {run.source}")
    return Group(
        table,
        Text("\n".join(verdicts(without, with_)), style="bold"),
        Text("\n".join(too_busy(run)), style="yellow"),
        Text("\n".join(tomorrow)),
        Text("\n".join(notes), style="dim"),
    )
