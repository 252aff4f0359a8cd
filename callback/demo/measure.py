"""Measure the figures of a day from a per-call log.

    python -m callback.demo.measure FILE.csv.gz > figures.json
    python -m callback.demo.measure FILE.csv.gz --day 1999-02-08 > figures.json

Without `--day` the mean working day is measured: Sunday to Thursday, the week of the bank's country. One
half-hour of one day is some sixty calls, so twenty days say more about “such a day” than any one of them.
Left out as no part of such a day: half-hours in which the centre was open and most callers hung up (an
outage, not a queue). Handling times and patience come from the same half-hours. The shipped figures are the
mean working day.
"""

from __future__ import annotations

import json
import sys
from collections import Counter, defaultdict
from collections.abc import Collection, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from callback.demo.distribution import measured, patience
from callback.demo.draw import draw
from callback.demo.figures import CallType, Figures
from callback.demo.log import HALF_HOURS, LoggedCall, LogUnreadable, agents_seen, read_log
from callback.demo.queueing import available, fitting_share, play

SOURCE = (
    "Per-call log of the “anonymous bank” (a small bank's call centre, 1999), collected at the Technion:"
    " I. Guedj and A. Mandelbaum; A. Mandelbaum, A. Sakov, S. Zeltyn, “Empirical Analysis of a Call Center”,"
    " Technion, Haifa, 2000. Figures measured with callback.demo.measure; the log itself is not included."
)
WORKING_DAYS = frozenset({6, 0, 1, 2, 3})
RARE = 300
OUTAGE_AT_LEAST = 10
DRAWS = 20

Slot = tuple[date, int]


def outages(calls: Collection[LoggedCall]) -> set[Slot]:
    """Return the half-hours with agents at work in which more than half of ten or more callers hung up."""
    asked, lost, open_ = Counter[Slot](), Counter[Slot](), set[Slot]()
    for call in calls:
        slot = call.day, call.half_hour
        asked[slot] += 1
        lost[slot] += not call.answered
        open_.add(slot)
    return {
        slot for slot in open_ if asked[slot] >= OUTAGE_AT_LEAST and lost[slot] > asked[slot] / 2
    }


def opening(calls: Collection[LoggedCall], days: int) -> list[float]:
    """Return the mean number of agents seen in each half-hour; less than half an agent is closed."""
    seen = [0] * HALF_HOURS
    for day in {call.day for call in calls}:
        for index, count in enumerate(agents_seen(call for call in calls if call.day == day)):
            seen[index] += count
    return [round(total / days, 2) if total / days >= 0.5 else 0.0 for total in seen]


def measure(calls: Sequence[LoggedCall], days: Collection[date], title: str) -> Figures:
    """Return the mean of `days`.

    Kinds of call with too few rows for a distribution are counted with the most frequent kind.

    Raises:
        LogUnreadable: the log has no callers on those days.

    """
    chosen = [call for call in calls if call.day in days]
    if not chosen:
        raise LogUnreadable("the log has no callers on the days asked for")
    broken, present = outages(chosen), opening(chosen, len(days))
    usual = [
        call
        for call in chosen
        if (call.day, call.half_hour) not in broken and present[call.half_hour]
    ]
    kinds = Counter(call.call_type for call in usual)
    most = kinds.most_common(1)[0][0]
    named = {kind: kind if count >= RARE else most for kind, count in kinds.items()}
    lost = sum(not call.answered for call in usual) / len(usual)
    answered = [call.waited.total_seconds() for call in usual if call.answered]
    figures = Figures(
        source=SOURCE,
        measured_over=title,
        arrivals=_arrivals(usual, named, broken, len(days)),
        present=tuple(present),
        types={kind: _kind(usual, named, kind) for kind in sorted(set(named.values()))},
        abandoned_share=round(lost, 4),
        average_wait_seconds=round(sum(answered) / len(answered), 1),
        available_share=1.0,
    )
    return _fitted(figures)


def _arrivals(
    calls: Collection[LoggedCall], named: dict[str, str], broken: set[Slot], days: int
) -> tuple[dict[str, float], ...]:
    counts: list[dict[str, int]] = [defaultdict(int) for _ in range(HALF_HOURS)]
    for call in calls:
        counts[call.half_hour][named[call.call_type]] += 1
    out = Counter(index for _, index in broken)
    return tuple(
        {kind: round(count / (days - out[index]), 3) for kind, count in sorted(row.items())}
        for index, row in enumerate(counts)
    )


def _kind(calls: Collection[LoggedCall], named: dict[str, str], kind: str) -> CallType:
    of_kind = [call for call in calls if named[call.call_type] == kind]
    return CallType(
        handle=measured([call.handled.total_seconds() for call in of_kind if call.answered]),
        patience=patience([(call.waited.total_seconds(), not call.answered) for call in of_kind]),
    )


def _fitted(figures: Figures) -> Figures:
    drawn = [draw(figures, seed) for seed in range(DRAWS)]

    def loses(share: float) -> float:
        agents = available(figures.present, share)
        played = [play(day.callers, agents) for day in drawn]
        return sum(run.abandoned for run in played) / sum(run.calls for run in played)

    share = fitting_share(loses, figures.abandoned_share)
    return Figures.from_json({**figures.to_json(), "available_share": share})


def main(
    file: Annotated[Path, typer.Argument(help="The per-call log, .csv or .csv.gz.")],
    day: Annotated[
        datetime | None,
        typer.Option(formats=["%Y-%m-%d"], help="One day, instead of the mean working day."),
    ] = None,
) -> None:
    """Print the figures of a day as JSON."""
    try:
        calls = read_log(file)
        if day is not None:
            figures = measure(calls, {day.date()}, f"{day:%-d %B %Y}")
        else:
            days = {call.day for call in calls if call.day.weekday() in WORKING_DAYS}
            title = f"{len(days)} working days, {min(days)} to {max(days)}" if days else "no days"
            figures = measure(calls, days, title)
    except (LogUnreadable, ValueError) as error:
        Console(stderr=True).print(str(error), style="red", markup=False)
        raise typer.Exit(2) from error
    json.dump(figures.to_json(), sys.stdout, ensure_ascii=False, indent=1)
    sys.stdout.write("\n")


if __name__ == "__main__":
    typer.run(main)
