"""The judgement, from the telephone company's archive and the rows; nothing of ours is asked what it thinks."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import pairwise

from tests.acceptance.faults.databases import Row
from tests.acceptance.faults.journal import Journal

# Timestamps of events are whole seconds.
ROUNDING = timedelta(seconds=1)
# A request that was on its way when the promise was taken back may still arrive.
ON_ITS_WAY = timedelta(seconds=60)
ENDS = frozenset({"completed", "canceled", "failed", "expired", "refused"})
CONNECTED = timedelta(seconds=2)

# Written down once more, so that a mistake in the product's table is seen here: event -> origins, target.
LAWFUL: dict[str, tuple[frozenset[str], str]] = {
    "fall_due": (frozenset({"scheduled"}), "waiting"),
    "move": (frozenset({"scheduled", "waiting"}), "scheduled"),
    "reserve": (frozenset({"waiting"}), "reserved"),
    "release": (frozenset({"reserved", "dialing"}), "waiting"),
    "dial": (frozenset({"reserved"}), "dialing"),
    "retry": (frozenset({"waiting", "reserved", "dialing", "connected"}), "scheduled"),
    "postpone": (frozenset({"waiting", "reserved", "dialing"}), "scheduled"),
    "connect": (frozenset({"reserved", "dialing"}), "connected"),
    "complete": (frozenset({"connected"}), "completed"),
    "serve_live": (frozenset({"scheduled", "waiting", "reserved", "dialing"}), "completed"),
    "cancel": (frozenset({"scheduled", "waiting", "reserved", "dialing"}), "canceled"),
    "fail": (frozenset({"waiting", "reserved", "dialing", "connected"}), "failed"),
    "expire": (frozenset({"scheduled", "waiting"}), "expired"),
    "refuse": (frozenset({"scheduled", "waiting", "reserved", "dialing"}), "refused"),
}


@dataclass
class Promised:
    """What the run itself was told: this number was promised a call, and perhaps took it back."""

    number: str
    acknowledged_at: datetime
    canceled_at: datetime | None = None


@dataclass
class Evidence:
    """Everything that is judged. Whoever is `untold` may have a promise that the web process died over."""

    journal: Journal
    promised: list[Promised]
    untold: frozenset[str]
    people: frozenset[str]
    agents: frozenset[str]
    callbacks: list[Row]
    timeline: list[Row]
    agent_rows: list[Row]
    open_rows: dict[str, int]
    on_the_line: int


@dataclass
class Verdict:
    """What was found; each list is empty in a good run."""

    lost: list[str] = field(default_factory=list)
    rung_twice: list[str] = field(default_factory=list)
    rung_after_cancel: list[str] = field(default_factory=list)
    stuck: list[str] = field(default_factory=list)
    illegal: list[str] = field(default_factory=list)

    def everything(self) -> list[str]:
        """Return all that is wrong."""
        return self.lost + self.rung_twice + self.rung_after_cancel + self.stuck + self.illegal


def judge(evidence: Evidence) -> Verdict:
    """Judge a run."""
    verdict = Verdict()
    _promises(evidence, verdict)
    _rings(evidence, verdict)
    _agents(evidence, verdict)
    _stories(evidence, verdict)
    return verdict


def _promises(evidence: Evidence, verdict: Verdict) -> None:
    rows: dict[str, list[Row]] = {}
    for row in evidence.callbacks:
        rows.setdefault(row["phone_number"], []).append(row)
    for promised in evidence.promised:
        written = rows.get(promised.number, [])
        if len(written) != 1:
            verdict.lost.append(f"{promised.number}: {len(written)} rows of one promise")
            continue
        status = written[0]["status"]
        talked = evidence.journal.talked_at(promised.number, CONNECTED) is not None
        if promised.canceled_at is not None and status != "canceled":
            verdict.lost.append(f"{promised.number}: taken back, and {status}")
        if promised.canceled_at is None and (status != "completed" or not talked):
            verdict.lost.append(f"{promised.number}: {status}, talked: {talked}")
    asked = {promised.number for promised in evidence.promised} | evidence.untold
    verdict.lost += [
        f"{number}: a promise that nobody was told of" for number in sorted(rows.keys() - asked)
    ]


def _rings(evidence: Evidence, verdict: Verdict) -> None:
    canceled = {each.number: each.canceled_at for each in evidence.promised if each.canceled_at}
    for number in sorted(evidence.people | evidence.agents):
        calls = evidence.journal.to(number)
        talked_at = evidence.journal.talked_at(number, CONNECTED)
        if number in evidence.people and talked_at is not None:
            verdict.rung_twice += [
                f"{number}: {call.sid} after they had talked"
                for call in calls
                if call.began_at > talked_at
            ]
        verdict.rung_twice += [
            f"{number}: {later.sid} while {earlier.sid} was up"
            for earlier, later in pairwise(calls)
            if earlier.ended_at is None or later.began_at < earlier.ended_at - ROUNDING
        ]
        taken_back = canceled.get(number)
        verdict.rung_after_cancel += [
            f"{number}: {call.sid} after it was taken back"
            for call in calls
            if taken_back is not None and call.began_at > taken_back + ON_ITS_WAY
        ]


def _agents(evidence: Evidence, verdict: Verdict) -> None:
    verdict.stuck += [
        f"agent {row['name']} is {row['status']}"
        for row in evidence.agent_rows
        if row["status"] != "available"
    ]
    verdict.stuck += [f"{count} {what}" for what, count in evidence.open_rows.items() if count]
    if evidence.on_the_line:
        verdict.stuck.append(f"{evidence.on_the_line} calls still on the line")


def _stories(evidence: Evidence, verdict: Verdict) -> None:
    told: dict[str, list[str]] = {}
    for entry in evidence.timeline:
        told.setdefault(entry["callback_id"], []).append(entry["event"])
    for row in evidence.callbacks:
        status = "scheduled" if row["kind"] == "scheduled" and _never_moved(told[row["id"]]) else ""
        wrong = _replayed(told.get(row["id"], []), status, row["status"])
        verdict.illegal += [f"callback {row['id']}: {wrong}"] if wrong else []


def _never_moved(events: list[str]) -> bool:
    return not {"move", "postpone"} & set(events)


def _replayed(events: list[str], status: str, now: str) -> str:
    """Replay a story; return what is wrong with it, or nothing. An empty status may be either beginning."""
    steps = [event for event in events if event in LAWFUL]
    if not status:
        status = "scheduled" if steps[:1] == ["fall_due"] else "waiting"
    for step in steps:
        origins, target = LAWFUL[step]
        if status not in origins:
            return f"{step} while {status}"
        status = target
    ends = sum(count for event, count in Counter(steps).items() if LAWFUL[event][1] in ENDS)
    if ends > 1:
        return f"ended {ends} times"
    return "" if status == now else f"its story ends {status}, its row says {now}"
