"""How a file of pages is written: each route says who may, and cannot be made without."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response
from fastapi.routing import APIRoute

from callback.keys import Role
from webhooks.console.form_size import check_size
from webhooks.console.headers import harden
from webhooks.console.trouble import answer_trouble
from webhooks.console.visitor import Visitor, check_stranger, check_visitor, find_visitor

Handler = Callable[..., Coroutine[Any, Any, Response]]


class PageRoute(APIRoute):
    """A route that answers a page whatever happens, with the headers that every page has."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Wrap the usual handler."""
        handle = super().get_route_handler()

        async def handle_or_explain(request: Request) -> Response:
            try:
                check_size(request)
                response = await handle(request)
            except Exception as error:
                response = await answer_trouble(request, error)
            finally:
                # Files that a form brought, also one that was refused.
                await request.close()
            return harden(request, response)

        return handle_or_explain


@dataclass(frozen=True)
class Right:
    """Who may use a route: a role or above; None means everybody."""

    method: str
    path: str
    who: Role | None


class Pages:
    """The routes of one file. `rights` is the table of who may, which a test walks."""

    def __init__(self) -> None:
        self.router = APIRouter(route_class=PageRoute, include_in_schema=False)
        self.rights: list[Right] = []

    def get(self, path: str, *, who: Role | None) -> Callable[[Handler], Handler]:
        """Serve GET for users with the role `who` or above; None lets everybody in."""
        return self._serve("GET", path, who)

    def post(self, path: str, *, who: Role | None) -> Callable[[Handler], Handler]:
        """Serve POST, whose form carries the secret of the session."""
        return self._serve("POST", path, who)

    def _serve(self, method: str, path: str, who: Role | None) -> Callable[[Handler], Handler]:
        self.rights.append(Right(method, path, who))
        guard = check_stranger if who is None else _guard(who)

        def add(handler: Handler) -> Handler:
            self.router.add_api_route(
                path, handler, methods=[method], dependencies=[Depends(guard)], response_model=None
            )
            return handler

        return add


def _guard(who: Role) -> Callable[[Request], Coroutine[Any, Any, None]]:
    async def check(request: Request) -> None:
        await check_visitor(request, who)

    return check


async def _visitor(request: Request) -> Visitor:
    visitor = await find_visitor(request)
    if visitor is None:
        raise RuntimeError("a route for everybody asks who is signed in")
    return visitor


SignedIn = Annotated[Visitor, Depends(_visitor)]
"""Who is signed in; only for routes that say who may."""
MaybeSignedIn = Annotated[Visitor | None, Depends(find_visitor)]
