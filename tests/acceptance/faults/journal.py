"""What the telephone company's own archive says: which phones rang, when, and who met whom."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any

ENDED = frozenset({"completed", "busy", "no-answer", "failed", "canceled"})
ROOM = re.compile(r"<Conference[^>]*>([^<]+)</Conference>")
WORD = "You have our word."


@dataclass
class RungCall:
    """One call that the telephone company placed for us, or a person's own call to a line."""

    sid: str
    to: str
    ours: bool
    began_at: datetime
    ended_at: datetime | None = None
    rooms: dict[str, datetime] = field(default_factory=dict)
    heard_our_word: bool = False


class Journal:
    """All calls of the archive. `deaths` are the instants at which the telephone company itself was killed.

    Whatever was on the line then is over: its memory went with it, and the archive's file stayed.
    """

    def __init__(self, archive: Path, deaths: list[datetime]) -> None:
        self.calls: dict[str, RungCall] = {}
        self.requests = 0
        for line in archive.read_text("utf-8").splitlines():
            try:
                entry = json.loads(line)
            except json.JSONDecodeError:
                continue  # it was killed in the middle of a line
            self.requests += 1
            if entry["kind"] == "rest":
                self._rest(entry)
            else:
                self._webhook(entry)
        for call in self.calls.values():
            after = [death for death in deaths if death >= call.began_at]
            if after and (call.ended_at is None or call.ended_at > after[0]):
                call.ended_at = after[0]

    def to(self, number: str) -> list[RungCall]:
        """Return our calls to a number in order."""
        found = [call for call in self.calls.values() if call.ours and call.to == number]
        return sorted(found, key=lambda call: call.began_at)

    def talked_at(self, number: str, least: timedelta) -> datetime | None:
        """Return when somebody began to talk with an agent, on our call or her own, for at least so long."""
        calls = [call for call in self.calls.values() if call.to == number]
        met = [min(call.rooms.values()) for call in calls if self.met(call) >= least]
        return min(met, default=None)

    def met(self, call: RungCall) -> timedelta:
        """Return how long somebody was in a conference together with somebody else."""
        longest = timedelta(0)
        for room, entered in call.rooms.items():
            for other in self.calls.values():
                if other is call or room not in other.rooms:
                    continue
                begins = max(entered, other.rooms[room])
                ends = [each.ended_at for each in (call, other) if each.ended_at is not None]
                longest = max(longest, min(ends, default=begins) - begins)
        return longest

    def _rest(self, entry: dict[str, Any]) -> None:
        placed = entry["method"] == "POST" and entry["url"].endswith("/Calls.json")
        # A reply that was lost on the way has no status, and a call behind it all the same.
        made = json.loads(entry["body"]) if placed and entry["status"] in (201, None) else {}
        if "sid" in made:
            at = datetime.fromisoformat(entry["at"])
            self.calls[made["sid"]] = RungCall(made["sid"], entry["params"]["To"], True, at)

    def _webhook(self, entry: dict[str, Any]) -> None:
        params = entry["params"]
        sid = params.get("CallSid")
        if sid is None:
            return
        at = datetime.fromisoformat(entry["at"])
        ours = params.get("Direction") == "outbound-api"
        number = params.get("To", "") if ours else params.get("From", "")
        call = self.calls.setdefault(sid, RungCall(sid, number, ours, at))
        if params.get("CallStatus") in ENDED and "StatusCallbackEvent" not in params:
            at = self._stamp(params, at)
        if params.get("CallStatus") in ENDED and "SequenceNumber" in params:
            ended_at = self._stamp(params, at)
            call.ended_at = min(call.ended_at or ended_at, ended_at)
        if entry["status"] == 200:
            for room in ROOM.findall(entry["body"]):
                call.rooms.setdefault(room, at)
            call.heard_our_word |= WORD in entry["body"]

    @staticmethod
    def _stamp(params: dict[str, str], at: datetime) -> datetime:
        return parsedate_to_datetime(params["Timestamp"]) if "Timestamp" in params else at
