"""A reply that never arrives: the connection is cut instead."""

from __future__ import annotations

import asyncio

from starlette.responses import Response
from starlette.types import Receive, Scope, Send


class ReplyLost(Exception):
    """There is no connection to cut, as in a test without a server; the client sees this instead."""


class Cut(Response):
    """Cuts the connection of the request that it should answer."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Break off.

        Raises:
            ReplyLost: the server does not let go of its connection.

        """
        del send
        # uvicorn hands over a method of the object that also holds the connection
        connection = getattr(getattr(receive, "__self__", None), "transport", None)
        if connection is None:
            raise ReplyLost(scope["path"])
        connection.abort()
        # the server must have noticed before it looks for an answer
        await asyncio.sleep(0.01)
