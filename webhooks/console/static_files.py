"""Own style and scripts, as they are sent: kept by browsers for a year, because a change has a new address."""

from __future__ import annotations

from fastapi import Response

from callback.errors import NotFound
from webhooks.console.assets import KINDS, files, version
from webhooks.console.pages import Pages

pages = Pages()
FOR_EVER = "public, max-age=31536000, immutable"


@pages.get("/static/{asked}/{name}", who=None)
async def asset(asked: str, name: str) -> Response:
    """Send a file; one of another version, as during a change of versions, is not to be kept."""
    content = files().get(name)
    if content is None:
        raise NotFound("file", name)
    kept = FOR_EVER if asked == version() else "no-cache"
    kind = KINDS[name.rpartition(".")[2]]
    return Response(content, media_type=kind, headers={"Cache-Control": kept})
