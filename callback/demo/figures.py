"""The figures of a day: what is shipped instead of a log, and enough to draw a day like it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources
from typing import Any

from callback.demo.distribution import Durations
from callback.demo.log import HALF_HOURS


@dataclass(frozen=True)
class CallType:
    """How long people of one kind talk, and how long they are willing to wait."""

    handle: Durations
    patience: Durations


@dataclass(frozen=True)
class Figures:
    """One mean day.

    `arrivals[i][kind]` is the mean number of callers in the i-th half-hour after midnight, `present[i]` the
    mean number of agents seen talking in it, `available_share` the part of them at which a plain queue loses
    `abandoned_share` of the callers, as the real one did.
    """

    source: str
    measured_over: str
    arrivals: tuple[Mapping[str, float], ...]
    present: tuple[float, ...]
    types: Mapping[str, CallType]
    abandoned_share: float
    average_wait_seconds: float
    available_share: float

    def __post_init__(self) -> None:
        """Refuse figures that do not cover a day."""
        if len(self.arrivals) != HALF_HOURS or len(self.present) != HALF_HOURS:
            raise ValueError(f"figures of a day need {HALF_HOURS} half-hours")

    def to_json(self) -> dict[str, Any]:
        """Return the figures as JSON data, a half-hour a row."""
        return {
            "source": self.source,
            "measured_over": self.measured_over,
            "abandoned_share": self.abandoned_share,
            "average_wait_seconds": self.average_wait_seconds,
            "available_share": self.available_share,
            "half_hours": [
                {
                    "from": f"{index // 2:02d}:{index % 2 * 30:02d}",
                    "arrivals": dict(self.arrivals[index]),
                    "agents_present": self.present[index],
                }
                for index in range(HALF_HOURS)
            ],
            "types": {
                name: {
                    "handle": kind.handle.to_json(),
                    "patience": kind.patience.to_json(),
                }
                for name, kind in self.types.items()
            },
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Figures:
        """Read what `to_json` wrote."""
        return cls(
            source=data["source"],
            measured_over=data["measured_over"],
            arrivals=tuple(row["arrivals"] for row in data["half_hours"]),
            present=tuple(row["agents_present"] for row in data["half_hours"]),
            types={
                name: CallType(
                    Durations.from_json(kind["handle"]), Durations.from_json(kind["patience"])
                )
                for name, kind in data["types"].items()
            },
            abandoned_share=data["abandoned_share"],
            average_wait_seconds=data["average_wait_seconds"],
            available_share=data["available_share"],
        )


def shipped_figures() -> Figures:
    """Return the figures that come with the demo."""
    text = resources.files("callback.demo").joinpath("figures.json").read_text("utf-8")
    return Figures.from_json(json.loads(text))
