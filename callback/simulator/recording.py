"""Recordings: how long somebody spoke, and a file of that much silence."""

from __future__ import annotations

import io
import wave
from dataclasses import dataclass
from datetime import datetime
from typing import Final

SAMPLES_A_SECOND: Final = 8_000


@dataclass(frozen=True)
class Recording:
    """What was recorded on a call, in whole seconds."""

    sid: str
    account_sid: str
    call_sid: str
    began_at: datetime
    seconds: int
    source: str

    def as_wav(self) -> bytes:
        """Return silence of the same length, 8 kHz mono."""
        file = io.BytesIO()
        with wave.open(file, "wb") as sound:
            sound.setnchannels(1)
            sound.setsampwidth(1)
            sound.setframerate(SAMPLES_A_SECOND)
            sound.writeframes(b"\x80" * (SAMPLES_A_SECOND * self.seconds))
        return file.getvalue()
