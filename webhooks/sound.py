"""A sound as browsers want it: whole, or the part that is asked for; some play nothing without parts."""

from __future__ import annotations

import re
from http import HTTPStatus

from fastapi import Response

WAV = "audio/wav"
PART = re.compile(r"bytes=([0-9]{0,12})-([0-9]{0,12})")


def part_of(wanted: str, size: int) -> range | None:
    """Return the bytes that a `Range` header asks for, or None if all are to be sent.

    Whatever is no single range with bytes in it is ignored, as RFC 9110, section 14.2, allows.
    """
    found = PART.fullmatch(wanted)
    if found is None:
        return None
    first, last = found.groups()
    if first:
        part = range(int(first), min(int(last) + 1, size) if last else size)
    else:
        part = range(max(size - int(last or 0), 0), size)
    return part or None


def answer_sound(sound: bytes, wanted: str = "") -> Response:
    """Return a WAV file, or the part of it that a `Range` header asks for; nobody on the way keeps it."""
    headers = {"Cache-Control": "private, no-store", "Accept-Ranges": "bytes"}
    part = part_of(wanted, len(sound))
    if part is None:
        return Response(sound, media_type=WAV, headers=headers)
    headers["Content-Range"] = f"bytes {part.start}-{part.stop - 1}/{len(sound)}"
    status = HTTPStatus.PARTIAL_CONTENT
    return Response(sound[part.start : part.stop], status, headers, WAV)
