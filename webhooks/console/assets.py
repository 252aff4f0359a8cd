"""Own style and scripts: where they are, and the address of each, which holds the hash of the content."""

from __future__ import annotations

import hashlib
from functools import lru_cache
from importlib import resources

from callback.errors import NotFound
from callback.reporting.chart_svg import RULES

KINDS = {
    "css": "text/css; charset=utf-8",
    "js": "text/javascript; charset=utf-8",
    "svg": "image/svg+xml",
    "wav": "audio/wav",
    "png": "image/png",
}


@lru_cache
def files() -> dict[str, bytes]:
    """Return the content of every file by its name."""
    folder = resources.files("webhooks.console") / "static"
    found = {
        entry.name: entry.read_bytes()
        for entry in sorted(folder.iterdir(), key=lambda each: each.name)
        if entry.name.rpartition(".")[2] in KINDS
    }
    found["chart.css"] += RULES.encode()
    return found


@lru_cache
def version() -> str:
    """Return the hash of all files together, because scripts name one another by relative addresses."""
    digest = hashlib.sha256()
    for name, content in files().items():
        digest.update(name.encode() + b"\0" + content + b"\0")
    return digest.hexdigest()[:16]


def address_of(name: str) -> str:
    """Return the address of a file in this version.

    Raises:
        NotFound: there is no such file.

    """
    if name not in files():
        raise NotFound("file", name)
    return f"/static/{version()}/{name}"
