"""The page at `/`: what is on the line, and a telephone to call it with. Its files come with the package."""

from __future__ import annotations

from importlib import resources
from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

FILES: Final = {
    "/": ("index.html", "text/html; charset=utf-8"),
    "/page/page.css": ("page.css", "text/css; charset=utf-8"),
    "/page/page.js": ("page.js", "text/javascript; charset=utf-8"),
}
HEADERS: Final = {
    "Content-Security-Policy": "default-src 'self'; frame-ancestors 'none'; base-uri 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-cache",
}


def page_routes() -> list[Route]:
    """Return the routes of the page and what it needs."""
    return [Route(path, _serve, methods=["GET"]) for path in FILES]


async def _serve(request: Request) -> Response:
    name, media_type = FILES[request.url.path]
    content = (resources.files("callback.simulator") / "page" / name).read_bytes()
    return Response(content, media_type=media_type, headers=HEADERS)
