"""The journal of every webhook sent and REST request served: what a test or a reader looks at."""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Mapping
from itertools import islice
from typing import IO, Any

from callback.clock import Clock

KEPT = 5_000
BODY_CHARACTERS = 8_000


class Journal:
    """A bounded list of numbered entries; reading goes on from where the last reading stopped."""

    def __init__(self, clock: Clock, keep: int = KEPT) -> None:
        self._clock = clock
        self._file: IO[str] | None = None
        self._entries: deque[dict[str, Any]] = deque(maxlen=keep)
        self._count = 0

    def keep_in(self, file: IO[str]) -> None:
        """Write every entry from now on to a file too, a line of JSON each; whoever opened it closes it."""
        self._file = file

    def add(
        self,
        kind: str,
        method: str,
        url: str,
        params: Mapping[str, Any],
        *,
        status: int | None,
        took_ms: float,
        body: str,
        headers: Mapping[str, str],
        response_headers: Mapping[str, str],
    ) -> None:
        """Write one entry down, and keep what is handed over; `status` is None when no answer came."""
        self._count += 1
        entry = {
            "n": self._count,
            "at": self._clock.now().isoformat(),
            "kind": kind,
            "method": method,
            "url": url,
            "params": params,
            "status": status,
            "took_ms": round(took_ms, 1),
            "body": body[:BODY_CHARACTERS],
            "headers": headers,
            "response_headers": response_headers,
        }
        self._entries.append(entry)
        if self._file is not None:
            self._file.write(json.dumps(entry) + "\n")

    def after(self, number: int, limit: int | None = None) -> dict[str, Any]:
        """Return the entries numbered above `number`, and the number to ask from next time."""
        first = self._count - len(self._entries)
        fresh = list(islice(self._entries, max(0, number - first), None))[:limit]
        return {"items": fresh, "next": fresh[-1]["n"] if fresh else max(number, first)}
