"""Names of things, as Twilio writes them: two letters and thirty-two hexadecimal digits."""

from __future__ import annotations

import random
import re
import uuid

SID = re.compile(r"[A-Z]{2}[0-9a-fA-F]{32}")


class Ids:
    """Draws identifiers from a seeded source, so that a run can be repeated exactly."""

    def __init__(self, draw: random.Random) -> None:
        self._draw = draw

    def sid(self, prefix: str) -> str:
        """Return a fresh SID: `CA` for calls, `QU` for queues, and so on."""
        return f"{prefix}{self._draw.getrandbits(128):032x}"

    def token(self) -> str:
        """Return a fresh UUID, the shape of `I-Twilio-Idempotency-Token`."""
        return str(uuid.UUID(int=self._draw.getrandbits(128), version=4))


def is_sid(text: str, prefix: str) -> bool:
    """Tell whether `text` is a well-formed SID of that kind."""
    return text.startswith(prefix) and SID.fullmatch(text) is not None
