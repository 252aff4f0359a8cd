"""The key under which an imported call is known, so that importing it again finds it there."""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

LONGEST_VISIBLE_ID = 38
TWINS_REMEMBERED = 200_000


@dataclass
class TwinCounter:
    """Numbers rows that are equal in every cell, so that two such calls stay two, on every import.

    Only the last `remembered` different rows are kept in mind, which bounds the memory; equal rows of a
    call log stand near each other, because they share their arrival.
    """

    remembered: int = TWINS_REMEMBERED
    _seen: OrderedDict[bytes, int] = field(default_factory=OrderedDict)

    def number(self, digest: bytes) -> int:
        """Return 1 for the first row with this digest, 2 for the next, and so on."""
        count = self._seen.pop(digest, 0) + 1
        self._seen[digest] = count
        if len(self._seen) > self.remembered:
            self._seen.popitem(last=False)
        return count


@dataclass
class CallKeys:
    """Makes the `call_sid` of imported calls: `import:<source>:…`, at most 80 characters.

    Systems start their ids again with every day or restart, so the arrival as written belongs to the key,
    and the line, because two lines may be fed by systems that number alike. The zone in which the log is
    read does not: read in another zone, a call is still the same call.
    """

    line_id: str
    source: str
    twins: TwinCounter = field(default_factory=TwinCounter)

    def key_of(self, row: Sequence[str], external_id: str, arrived: datetime) -> str:
        """Return the key of a row, by its external id if it has one, else by all its cells."""
        if external_id:
            tail = _digest(self.line_id, external_id, arrived.isoformat()).hex()[:12]
            long = len(external_id) > LONGEST_VISIBLE_ID
            visible = _digest(external_id).hex() if long else external_id
            return f"import:{self.source}:{visible}:{tail}"
        content = _digest(self.line_id, *row)
        return f"import:{self.source}:{content.hex()}:{self.twins.number(content)}"


def _digest(*parts: str) -> bytes:
    return hashlib.blake2b("\x1f".join(parts).encode(), digest_size=16).digest()
