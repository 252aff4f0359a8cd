"""How a webhook travels: one small protocol, and aiohttp behind it."""

from __future__ import annotations

import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Protocol

import aiohttp
import yarl

KEPT_OPEN_S: Final = 3.0
"""Shorter than servers keep idle connections (uvicorn: 5 s), so that none is closed as it is used again."""


@dataclass(frozen=True)
class Timeouts:
    """Real seconds: the application answers in the machine's time, whatever the clock says."""

    connect: float = 5.0
    read: float = 15.0
    total: float = 15.0


@dataclass(frozen=True)
class Response:
    """What came back."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    cookies: Mapping[str, str] = field(default_factory=dict)


class ConnectFailure(Exception):
    """No connection, or no TLS on it; nothing was sent. `code` is what Twilio calls the reason."""

    def __init__(self, message: str, code: int = 11205) -> None:
        super().__init__(message)
        self.code = code


class ReadFailure(Exception):
    """Connected, but no whole answer came in time."""


class Transport(Protocol):
    """Carries one request. Redirects, retries and signatures are not its business."""

    async def request(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str],
        body: bytes,
        timeouts: Timeouts,
    ) -> Response:
        """Send and return the answer.

        Raises:
            ConnectFailure: nothing was sent.
            ReadFailure: no whole answer came.

        """
        ...

    async def close(self) -> None:
        """Let go of connections."""
        ...


class AiohttpTransport:
    """One shared session with keep-alive, opened at the first request."""

    def __init__(self, connections: int = 200) -> None:
        self._connections = connections
        self._session: aiohttp.ClientSession | None = None

    async def request(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str],
        body: bytes,
        timeouts: Timeouts,
    ) -> Response:
        """Send through the shared session."""
        limits = aiohttp.ClientTimeout(
            total=timeouts.total, sock_connect=timeouts.connect, sock_read=timeouts.read
        )
        try:
            async with self._opened().request(
                method,
                # the URL's bytes are what was signed: yarl must not quote them anew
                yarl.URL(url, encoded=True),
                headers=headers,
                data=body or None,
                timeout=limits,
                allow_redirects=False,
            ) as answer:
                content = await answer.read()
                cookies = {name: morsel.value for name, morsel in answer.cookies.items()}
                plain = {name.lower(): value for name, value in answer.headers.items()}
                return Response(answer.status, plain, content, cookies)
        except (
            aiohttp.ClientConnectorError,
            aiohttp.ConnectionTimeoutError,
            aiohttp.InvalidURL,
            ssl.SSLError,
        ) as error:
            raise ConnectFailure(str(error) or type(error).__name__, _code(error)) from error
        except (aiohttp.ClientError, TimeoutError) as error:
            raise ReadFailure(str(error) or type(error).__name__) from error

    async def close(self) -> None:
        """Close the session, if one was opened."""
        if self._session is not None:
            await self._session.close()
            self._session = None

    def _opened(self) -> aiohttp.ClientSession:
        if self._session is None:
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(
                    limit=self._connections, keepalive_timeout=KEPT_OPEN_S
                ),
                cookie_jar=aiohttp.DummyCookieJar(),
            )
        return self._session


def _code(error: Exception) -> int:
    if isinstance(error, aiohttp.ClientConnectorDNSError | aiohttp.InvalidURL):
        return 11210
    if isinstance(error, ssl.SSLError | aiohttp.ClientSSLError):
        return 11237
    return 11205
