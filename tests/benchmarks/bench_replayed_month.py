"""A month replayed: the same callers and agents, with windows of a fixed size and sized by the forecast.

Every caller of February 1999 of a small bank's log who asked for an agent calls again, with her own patience
and handle time. Whoever hung up was as patient as she was; who was answered would have waited longer by an
exponential time, as the whole log's patience is (345 s). Agents are those whom the log shows serving in a
half-hour, of whom 85 % are there. Forecasts are made every night from the counts of the days before, by the
code of the product; so are margins, windows, scores and their calibration. Nothing looks ahead but the plan.

Callbacks are served in the product's order (by their place, first of all if their window is about to be
missed), and in another run only when nobody waits, which is where a margin shows whether it is one.
`python -m pytest -s -n 0 tests/benchmarks/bench_replayed_month.py --timeout 3000`
"""

from __future__ import annotations

import csv
import gzip
import heapq
import os
import random
import sys
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from pathlib import Path
from statistics import fmean
from zoneinfo import ZoneInfo

import pytest

from callback.forecasting.forecast import forecast_volume
from callback.forecasting.history import History, history_of, without_gaps
from callback.forecasting.intraday import level_of_day
from callback.forecasting.snapshot import SnapshotRow
from callback.forecasting.staffing import StaffingTarget, plan_staffing
from callback.lines.wait import estimate_wait
from callback.promises.capacity import Calibration, Margin, Outlook, calibrated
from callback.promises.margins import Today, Work, margins_of, presence_now

SHARED = Path(os.environ.get("CALLBACK_SHARED_DIR", Path(__file__).parents[3] / "shared"))
DATA = SHARED / "data"
LOG, COUNTS = DATA / "small_bank_percall_1999-02.csv.gz", DATA / "small_bank_6min.csv.gz"
ZONE = ZoneInfo("UTC")
HALF_HOUR, WINDOW = timedelta(minutes=30), timedelta(minutes=15)
PRESENT, PATIENCE_S, HANDLE_S = 0.85, 345.0, 177.0
OFFER_AFTER, ACCEPTS, LOOKS_AHEAD = timedelta(seconds=60), 0.6, 16
DANGER = timedelta(minutes=3)
TARGET = StaffingTarget(0.8, 20, HANDLE_S)


@dataclass(frozen=True)
class Caller:
    at: datetime
    patience: timedelta
    handle: timedelta
    accepts: bool


@dataclass
class Promise:
    start: datetime
    until: datetime
    handle: timedelta
    score: float | None
    chance: float | None
    last: bool = False
    kept: bool | None = None


@dataclass
class Figures:
    calls: int = 0
    abandoned: int = 0
    waits: list[float] = field(default_factory=list)
    promises: list[Promise] = field(default_factory=list)

    def told(self) -> str:
        kept = sum(promise.kept is True for promise in self.promises)
        share = kept / len(self.promises) if self.promises else 1.0
        return (
            f"promises {len(self.promises):5d}  kept {share:6.1%}  abandoned {self.abandoned / self.calls:6.1%}"
            f"  ASA {fmean(self.waits):5.1f} s"
        )


def read_log() -> tuple[list[Caller], dict[datetime, int]]:
    """Return the callers in order, and the agents who were seen serving in each half-hour."""
    draws = random.Random(1999)
    callers, seen = [], defaultdict(set)
    with gzip.open(LOG, "rt", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            if row["outcome"] == "PHANTOM" or row["type"] == "TT":
                continue
            day = datetime.fromisoformat(row["date"]).replace(tzinfo=UTC)
            at = day + clock(row["vru_exit"])
            wait, service = int(row["q_time"]), int(row["ser_time"])
            answered = row["outcome"] == "AGENT"
            more = draws.expovariate(1 / PATIENCE_S)
            patience = wait + more if answered else max(1.0, wait)
            handle = service if answered and service > 0 else draws.expovariate(1 / HANDLE_S)
            callers.append(
                Caller(
                    at,
                    timedelta(seconds=patience),
                    timedelta(seconds=handle),
                    draws.random() < ACCEPTS,
                )
            )
            if answered and row["server"] != "NO_SERVER" and service > 0:
                begin = day + clock(row["ser_start"])
                slot = half_hour_of(begin)
                while slot < begin + timedelta(seconds=service):
                    seen[slot].add(row["server"])
                    slot += HALF_HOUR
    callers.sort(key=lambda caller: caller.at)
    return callers, {slot: len(names) for slot, names in seen.items()}


def clock(text: str) -> timedelta:
    hours, minutes, seconds = (int(part) for part in text.split(":"))
    return timedelta(hours=hours, minutes=minutes, seconds=seconds)


def half_hour_of(at: datetime) -> datetime:
    return at.replace(minute=at.minute // 30 * 30, second=0, microsecond=0)


@lru_cache
def history() -> History:
    counts: dict[datetime, float] = defaultdict(float)
    with gzip.open(COUNTS, "rt", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            at = datetime.fromisoformat(row["start"]).replace(tzinfo=UTC)
            counts[half_hour_of(at)] += float(row["calls"])
    starts = sorted(counts)
    return without_gaps(history_of(starts, [counts[at] for at in starts], ZONE, 30))


@lru_cache
def forecast_of(day: date) -> list[SnapshotRow]:
    rows = forecast_volume(history(), day, 1, ZONE).rows
    plan = plan_staffing([row.start for row in rows], [row.mean for row in rows], HALF_HOUR, TARGET)
    return [
        SnapshotRow(*row, agents=need.agents, service_level=need.service_level)
        for row, need in zip(rows, plan.rows, strict=True)
    ]


class Month:
    """One run over the month. `limit` is a fixed size of windows; None sizes them by plan and forecast."""

    def __init__(
        self, plan: dict[datetime, int], limit: int | None, chance: float, idle: bool
    ) -> None:
        self.plan, self.limit, self.chance, self.idle = plan, limit, chance, idle
        self.figures = Figures()
        self.calibration = Calibration()
        self.judged: list[tuple[float, bool]] = []
        self.waiting: list[tuple[datetime, datetime, Caller]] = []
        self.owed: list[Promise] = []
        self.busy: list[datetime] = []
        self.outlook: Outlook | None = None
        self.came = 0

    def at_work(self, now: datetime) -> int:
        return round(PRESENT * self.plan.get(half_hour_of(now), 0))

    def play(self, callers: list[Caller]) -> Figures:
        for day in sorted({caller.at.date() for caller in callers}):
            today = [caller for caller in callers if caller.at.date() == day]
            self.begin(day)
            for caller in today:
                self.move_to(caller.at)
                self.arrive(caller)
            self.move_to(datetime.combine(day, datetime.max.time(), tzinfo=UTC))
        return self.figures

    def begin(self, day: date) -> None:
        self.came = 0
        windows = windows_of(self.figures.promises)
        scores = [min(p.score for p in window if p.score is not None) for window in windows]
        self.calibration = calibrated(scores, [all_kept(window) for window in windows])
        self.waiting, self.owed, self.busy = [], [], []
        self.now = datetime.combine(day, datetime.min.time(), tzinfo=UTC)
        self.look()

    def look(self) -> None:
        """Renew the outlook, as the worker does."""
        rows = forecast_of(self.now.date())
        planned = [float(self.plan.get(row.start, 0)) for row in rows]
        due = sum(row.mean * min(1.0, max(0.0, (self.now - row.start) / HALF_HOUR)) for row in rows)
        level = level_of_day(self.came, due) if due >= 10 else 1.0
        expected = PRESENT * self.plan.get(half_hour_of(self.now), 0)
        presence = presence_now(self.at_work(self.now), expected) if expected else 1.0
        today = Today(self.now, rows[0].start + timedelta(days=1), level, presence)
        found = margins_of(rows, planned, HALF_HOUR, today, Work(HANDLE_S), 1 - PRESENT)
        free = [each if each is not None else 0.0 for each in found.free]
        known = [True] * len(free)
        self.outlook = Outlook(
            rows[0].start, HALF_HOUR, free, found.spread, known, self.chance, self.calibration
        )

    def move_to(self, until: datetime) -> None:
        """Let time pass: agents become free, callers give up, windows begin, the outlook is renewed."""
        while True:
            tick = half_hour_of(self.now) + HALF_HOUR
            steps = [tick]
            steps += self.busy[:1]
            steps += [gives_up for _, gives_up, _ in self.waiting]
            steps += [p.start for p in self.owed if p.start > self.now]
            steps += [p.until - DANGER for p in self.owed if p.until - DANGER > self.now]
            following = min(steps)
            if following > until:
                self.now = until
                return
            self.now = max(self.now, following)
            while self.busy and self.busy[0] <= self.now:
                heapq.heappop(self.busy)
            gone = [each for each in self.waiting if each[1] <= self.now]
            self.figures.abandoned += len(gone)
            self.waiting = [each for each in self.waiting if each[1] > self.now]
            if following == tick:
                self.look()
            self.serve()
            for promise in [p for p in self.owed if p.until < self.now]:
                promise.kept = False
                self.owed.remove(promise)

    def serve(self) -> None:
        while len(self.busy) < self.at_work(self.now):
            due = [p for p in self.owed if p.start <= self.now]
            urgent = [p for p in due if p.until - self.now <= DANGER]
            live = self.waiting[0] if self.waiting else None
            if self.idle:
                chosen = None if live else min(due, key=lambda p: p.start, default=None)
            else:
                first = min(urgent or due, key=lambda p: p.start, default=None)
                chosen = first if first and (urgent or not live or first.start <= live[0]) else None
            if chosen is not None:
                chosen.kept = self.now <= chosen.until
                self.owed.remove(chosen)
                heapq.heappush(self.busy, self.now + chosen.handle)
            elif live is not None:
                self.waiting.pop(0)
                self.figures.waits.append((self.now - live[0]).total_seconds())
                heapq.heappush(self.busy, self.now + live[2].handle)
            else:
                return

    def arrive(self, caller: Caller) -> None:
        self.figures.calls += 1
        self.came += 1
        free = max(0, self.at_work(self.now) - len(self.busy))
        wait = estimate_wait(
            len(self.waiting), free, self.at_work(self.now), timedelta(seconds=HANDLE_S)
        )
        if wait is not None and wait.expected > OFFER_AFTER and caller.accepts:
            promise = self.promise(caller, self.now + max(timedelta(minutes=5), wait.high))
            if promise is not None:
                self.owed.append(promise)
                self.figures.promises.append(promise)
                return
        self.waiting.append((caller.at, caller.at + caller.patience, caller))
        self.serve()

    def promise(self, caller: Caller, earliest: datetime) -> Promise | None:
        midnight = earliest.replace(hour=0, minute=0, second=0, microsecond=0)
        start = midnight + -(-(earliest - midnight) // WINDOW) * WINDOW
        for _ in range(LOOKS_AHEAD):
            until = start + WINDOW
            if until.date() != self.now.date():
                return None
            taken = sum(p.start == start for p in self.owed)
            size = self.capacity(start, until)
            if taken < size:
                margin = self.margin(start, until)
                score = margin.score(taken + 1) if margin else None
                chance = self.calibration.chance(score) if score is not None else None
                return Promise(start, until, caller.handle, score, chance, taken + 1 >= size)
            start = until
        return None

    def capacity(self, start: datetime, until: datetime) -> int:
        if self.limit is not None:
            return self.limit if self.plan.get(half_hour_of(start), 0) else 0
        assert self.outlook is not None
        return self.outlook.capacity(start, until) or 0

    def margin(self, start: datetime, until: datetime) -> Margin | None:
        return self.outlook.margin(start, until) if self.outlook else None


def windows_of(promises: list[Promise]) -> list[list[Promise]]:
    """Return the promises of each window, the last one given last."""
    windows = defaultdict(list)
    for promise in promises:
        windows[promise.start].append(promise)
    return list(windows.values())


def all_kept(window: list[Promise]) -> bool:
    return all(promise.kept for promise in window)


def reliability(promises: list[Promise]) -> str:
    """Return how surely windows were to be kept with all that they were sold, and how many were.

    A window is full if it was sold to the limit that it had when the last promise was given. All others are
    kept more surely than asked for, because nobody wanted more of them.
    """
    windows = windows_of(promises)
    full = [window for window in windows if window[-1].last]
    return "; ".join(
        f"{name} {_said_and_kept(those)}" for name, those in (("full", full), ("all", windows))
    )


def _said_and_kept(windows: list[list[Promise]]) -> str:
    if not windows:
        return "0"
    said = fmean(window[-1].chance or 0.0 for window in windows)
    kept = sum(all_kept(window) for window in windows) / len(windows)
    return f"{len(windows)}, said {said:.1%}, kept {kept:.1%}"


def test_windows_sized_by_the_forecast_beside_a_fixed_limit() -> None:
    if not LOG.exists() or not COUNTS.exists():
        pytest.skip(f"the call logs {LOG.name} and {COUNTS.name} are not at hand")
    callers, plan = read_log()
    say: Callable[[str], int] = sys.stdout.write
    say(f"\n{len(callers):,} callers\n")
    for idle in (False, True):
        say("callbacks only when nobody waits:\n" if idle else "callbacks by their place:\n")
        runs: dict[str, Figures] = {}
        for name, limit, chance in (
            ("no callbacks", 0, 0.9),
            *((f"{limit} a window", limit, 0.9) for limit in (2, 3, 5, 8, 1_000)),
            ("sized, 80 %", None, 0.8),
            ("sized, 90 %", None, 0.9),
        ):
            runs[name] = Month(plan, limit, chance, idle).play(callers)
            say(f"  {name:14s} {runs[name].told()}\n")
            if limit is None:
                say(f"  {'':14s} {reliability(runs[name].promises)}\n")
        assert all(run.calls == len(callers) for run in runs.values())
        assert runs["no callbacks"].promises == []
