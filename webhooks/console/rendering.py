"""Templates to pages: what every template is given, and how one is answered."""

from __future__ import annotations

from functools import lru_cache
from http import HTTPStatus
from typing import Any
from zoneinfo import ZoneInfo

from fastapi import Request, Response
from fastapi.responses import HTMLResponse
from jinja2 import Environment, PackageLoader, StrictUndefined

from callback.dialogue.sentences import FALLBACK
from webhooks.console import navigation
from webhooks.console.assets import address_of
from webhooks.console.visitor import FORM_FIELD, find_visitor
from webhooks.console.wording import Wording, best_language, languages
from webhooks.requests import runtime_of


@lru_cache
def environment() -> Environment:
    """Return the templates; values are escaped, and one that is missing is an error."""
    return Environment(
        loader=PackageLoader("webhooks.console"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


async def wording_of(request: Request, zone: ZoneInfo | None = None) -> Wording:
    """Return the words for whoever asks: in the user's language, else in her browser's."""
    visitor = await find_visitor(request)
    if visitor is not None and visitor.user.language in languages():
        language = visitor.user.language
    else:
        language = best_language(request.headers.get("Accept-Language", FALLBACK))
    return Wording(language, zone or ZoneInfo("UTC"), runtime_of(request).clock.now())


async def page(
    request: Request,
    template: str,
    *,
    zone: ZoneInfo | None = None,
    status: int = HTTPStatus.OK,
    form_secret: str | None = None,
    **values: Any,
) -> HTMLResponse:
    """Answer with a template.

    It is given `t` (words, and times in `zone`), `user` (None for strangers), `entries` of the navigation,
    `here` (the path), `asset` (addresses of files), `form_field` and `form_secret` for forms, and `values`.
    """
    visitor = await find_visitor(request)
    t = await wording_of(request, zone)
    user = visitor.user if visitor is not None else None
    if form_secret is None:
        form_secret = visitor.session.form_secret if visitor is not None else ""
    text = (
        environment()
        .get_template(template)
        .render(
            t=t,
            now=t.now,
            user=user,
            entries=navigation.entries_for(user) if user is not None else [],
            here=request.url.path,
            asset=address_of,
            form_field=FORM_FIELD,
            form_secret=form_secret,
            **values,
        )
    )
    return HTMLResponse(text, status_code=status)


def go_to(path: str) -> Response:
    """Answer a form that was accepted: the browser goes on with GET, so that a reload sends nothing twice."""
    return Response(status_code=HTTPStatus.SEE_OTHER, headers={"Location": path})
