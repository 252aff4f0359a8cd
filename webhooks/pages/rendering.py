"""Pages as HTML, and the headers with which each goes out."""

from __future__ import annotations

from functools import lru_cache
from http import HTTPStatus
from importlib import resources

from fastapi import APIRouter, Response
from jinja2 import Environment, PackageLoader, StrictUndefined

from callback.dialogue.sentences import FALLBACK, languages

STYLE = "/pages/style.css"

router = APIRouter()


@lru_cache(maxsize=1)
def _templates() -> Environment:
    loader = PackageLoader("webhooks.pages")
    return Environment(loader=loader, autoescape=True, undefined=StrictUndefined)


def page(
    template: str,
    language: str,
    status: int = HTTPStatus.OK,
    *,
    framed_by: tuple[str, ...] = (),
    **values: object,
) -> Response:
    """Return a page; only the origins in `framed_by` may show it inside one of theirs.

    Nothing may be loaded but our style sheet and nothing run; the address, which may hold a token, is told to
    nobody and the page kept by no cache.
    """
    html = _templates().get_template(template).render(language=language, style=STYLE, **values)
    ancestors = " ".join(framed_by) or "'none'"
    policy = (
        "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; "
        f"frame-ancestors {ancestors}"
    )
    headers = {
        "Content-Security-Policy": policy,
        "Referrer-Policy": "no-referrer",
        "X-Content-Type-Options": "nosniff",
        "X-Robots-Tag": "noindex",
        "Cache-Control": "no-store",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    }
    if not framed_by:
        headers["X-Frame-Options"] = "DENY"
    return Response(html, status_code=status, media_type="text/html", headers=headers)


def language_from(accepted: str, otherwise: str = FALLBACK) -> str:
    """Return the first language of a browser's list (`Accept-Language`) in which there are sentences."""
    wanted: list[tuple[float, str]] = []
    for part in accepted.split(",")[:20]:
        tag, _, quality = part.strip().partition(";q=")
        try:
            weight = float(quality) if quality else 1.0
        except ValueError:
            continue
        wanted.append((-weight, tag.partition("-")[0].lower()))
    known = languages()
    return next(
        (tag for _, tag in sorted(wanted, key=lambda each: each[0]) if tag in known), otherwise
    )


@router.get(STYLE)
async def style() -> Response:
    """Return the style sheet of the pages."""
    css = (resources.files("webhooks.pages") / "static" / "style.css").read_bytes()
    headers = {"Cache-Control": "public, max-age=3600", "X-Content-Type-Options": "nosniff"}
    return Response(css, media_type="text/css", headers=headers)
