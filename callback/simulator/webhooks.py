"""One webhook from Twilio: signed, retried as its URL asks, redirected, and judged.

The fragment of a webhook's URL holds connection overrides (`#rc=2&rp=ct,5xx`); it is neither sent nor
signed. By default there is one retry, and only where no connection came about.
"""

from __future__ import annotations

import asyncio
import base64
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final
from urllib.parse import parse_qsl, quote_plus, unquote, urljoin, urlsplit, urlunsplit

from callback.clock import Clock
from callback.simulator.account import Account
from callback.simulator.errors import ProblemList
from callback.simulator.faults import Misfortune
from callback.simulator.ids import Ids
from callback.simulator.journal import Journal
from callback.simulator.signature import sign, signed_url
from callback.simulator.transport import (
    ConnectFailure,
    ReadFailure,
    Response,
    Timeouts,
    Transport,
)

MAX_REDIRECTS: Final = 10
POLICIES: Final = frozenset({"4xx", "5xx", "ct", "rt", "all"})
FORM: Final = "application/x-www-form-urlencoded; charset=UTF-8"
RANGES: Final = {"ct": (100, 10_000), "rt": (100, 15_000), "tt": (100, 15_000), "rc": (0, 5)}


@dataclass(frozen=True)
class Overrides:
    """Connection settings of one URL, with Twilio's defaults."""

    timeouts: Timeouts = field(default_factory=Timeouts)
    retries: int = 1
    policies: frozenset[str] = frozenset({"ct"})


@dataclass(frozen=True)
class Webhook:
    """A request that Twilio is about to make."""

    url: str
    params: tuple[tuple[str, str], ...]
    method: str = "POST"
    voice: bool = True
    call_sid: str | None = None
    cookies: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Answer:
    """What the application said; `code` is Twilio's error code, or 0 where the answer can be used."""

    url: str
    code: int = 0
    detail: str = ""
    status: int | None = None
    content_type: str = ""
    body: bytes = b""


@lru_cache(maxsize=256)
def overrides_of(fragment: str) -> Overrides:
    """Return the connection overrides that a URL's fragment names.

    Raises:
        ValueError: a setting is unknown or out of range.

    """
    found = dict(parse_qsl(fragment, keep_blank_values=True))
    numbers = {key: _number(key, found.pop(key)) for key in RANGES if key in found}
    policies = frozenset(found.pop("rp", "ct").split(","))
    if unknown := (set(found) - {"sni", "e"}) | (policies - POLICIES):
        raise ValueError(f"unknown {', '.join(sorted(unknown))}")
    limits = Timeouts(
        connect=numbers.get("ct", 5_000) / 1000,
        read=numbers.get("rt", 15_000) / 1000,
        total=numbers.get("tt", 15_000) / 1000,
    )
    return Overrides(limits, numbers.get("rc", 1), policies)


@lru_cache(maxsize=20_000)
def _field(pair: tuple[str, str]) -> str:
    """Return one parameter of a form; most come again and again."""
    return f"{quote_plus(pair[0])}={quote_plus(pair[1])}"


def encoded(params: Iterable[tuple[str, str]]) -> str:
    """Return parameters as a form or a query string."""
    return "&".join(map(_field, params))


def _number(key: str, text: str) -> int:
    low, high = RANGES[key]
    if not low <= int(text) <= high:
        raise ValueError(f"{key}={text} is not between {low} and {high}")
    return int(text)


class Postman:
    """Sends webhooks and keeps the journal of them."""

    def __init__(
        self,
        account: Account,
        transport: Transport,
        ids: Ids,
        journal: Journal,
        problems: ProblemList,
        misfortune: Misfortune,
        clock: Clock,
    ) -> None:
        self._account = account
        self._misfortune = misfortune
        self._clock = clock
        self._transport = transport
        self._ids = ids
        self._journal = journal
        self._problems = problems
        self._kept: dict[str, Response] = {}
        self.in_flight = 0

    async def send(self, webhook: Webhook, token: str | None = None) -> Answer:
        """Make the request, with retries and redirects; `token` repeats an earlier idempotency token."""
        plain, _, fragment = webhook.url.partition("#")
        try:
            overrides = overrides_of(fragment)
        except ValueError as error:
            self._problems.add(
                11240, str(error), call_sid=webhook.call_sid, url=webhook.url, level="warning"
            )
            overrides = Overrides()
        token = token or self._ids.token()
        loop = asyncio.get_running_loop()
        deadline = loop.time() + overrides.timeouts.total
        answer = Answer(plain, 11200, "no time left")
        for _attempt in range(overrides.retries + 1):
            left = deadline - loop.time()
            if left <= 0:
                break
            limits = Timeouts(
                min(overrides.timeouts.connect, left), min(overrides.timeouts.read, left), left
            )
            answer, failure = await self._follow(webhook, plain, limits, token)
            if not _again(failure, overrides.policies):
                break
        return answer

    async def _follow(
        self, webhook: Webhook, url: str, limits: Timeouts, token: str
    ) -> tuple[Answer, str]:
        """Make one attempt with its redirects; return the answer and the kind of failure, if any."""
        method, params = webhook.method, self._misfortune.garbled(webhook.params)
        for _hop in range(MAX_REDIRECTS + 1):
            try:
                response = await self._request(webhook, method, url, params, limits, token)
            except ConnectFailure as error:
                return Answer(url, error.code, str(error)), "ct"
            except ReadFailure as error:
                return Answer(url, 11200, str(error)), "rt"
            location = response.headers.get("location", "")
            if not (300 <= response.status < 400 and location):
                return _judged(url, response)
            url = urljoin(url, location).partition("#")[0]
            if response.status not in (307, 308):
                method, params = "GET", ()
        return Answer(url, 11215, f"more than {MAX_REDIRECTS}"), ""

    async def _request(
        self,
        webhook: Webhook,
        method: str,
        url: str,
        params: tuple[tuple[str, str], ...],
        limits: Timeouts,
        token: str,
    ) -> Response:
        body = b""
        if method == "GET" and params:
            url += ("&" if urlsplit(url).query else "?") + encoded(params)
        elif method != "GET":
            body = encoded(params).encode()
        address, authorization = _credentials_apart(url)
        form = () if method == "GET" else params
        headers = {
            "X-Twilio-Signature": sign(
                self._account.auth_token, signed_url(url, voice=webhook.voice), form
            ),
            "I-Twilio-Idempotency-Token": token,
            "User-Agent": "TwilioProxy/1.1",
            "X-Home-Region": "us1",
            "Accept": "*/*",
        }
        if method != "GET":
            headers["Content-Type"] = FORM
        kept = self._kept.get(url) if method == "GET" else None
        if kept is not None:
            headers |= _conditions(kept)
        if webhook.cookies:
            headers["Cookie"] = "; ".join(f"{k}={v}" for k, v in webhook.cookies.items())
        response = await self._timed(method, address, headers, body, params, limits)
        if authorization and response.status == 401 and "www-authenticate" in response.headers:
            headers["Authorization"] = authorization
            response = await self._timed(method, address, headers, body, params, limits)
        webhook.cookies.update(response.cookies)
        if kept is not None and response.status == 304:
            return kept
        if method == "GET" and response.status == 200 and _conditions(response):
            self._kept[url] = response
        return response

    async def _timed(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str],
        body: bytes,
        params: tuple[tuple[str, str], ...],
        limits: Timeouts,
    ) -> Response:
        loop = asyncio.get_running_loop()
        began = loop.time()
        status: int | None = None
        said = ""
        told: Mapping[str, str] = {}
        self.in_flight += 1
        try:
            self._check_network()
            response = await self._transport.request(method, url, headers, body, limits)
            status, said = response.status, response.body.decode("utf-8", "replace")
            told = response.headers
        except (ConnectFailure, ReadFailure) as error:
            said = f"{type(error).__name__}: {error}"
            raise
        finally:
            self.in_flight -= 1
            took_ms = (loop.time() - began) * 1000
            self._journal.add(
                "webhook",
                method,
                url,
                dict(params),
                status=status,
                took_ms=took_ms,
                body=said,
                headers={name: headers[name] for name in headers if name != "Authorization"},
                response_headers=told,
            )
        return response

    def _check_network(self) -> None:
        if self._misfortune.parted(self._clock.now()):
            raise ConnectFailure("the network is parted")


def _conditions(kept: Response) -> dict[str, str]:
    """Return the headers that ask whether a kept answer still holds; none where it cannot be asked."""
    names = {"etag": "If-None-Match", "last-modified": "If-Modified-Since"}
    return {ask: kept.headers[name] for name, ask in names.items() if name in kept.headers}


def _again(failure: str, policies: frozenset[str]) -> bool:
    return bool(failure) and (failure in policies or "all" in policies)


def _judged(url: str, response: Response) -> tuple[Answer, str]:
    content_type = response.headers.get("content-type", "").partition(";")[0].strip().lower()
    if 200 <= response.status < 300:
        return Answer(url, 0, "", response.status, content_type, response.body), ""
    detail = f"the application answered {response.status}"
    failure = f"{response.status // 100}xx"
    return Answer(url, 11200, detail, response.status, content_type, response.body), failure


def _credentials_apart(url: str) -> tuple[str, str]:
    """Return the URL without user name and password, and the header that would carry them."""
    parts = urlsplit(url)
    userinfo, _, host = parts.netloc.rpartition("@")
    if not userinfo:
        return url, ""
    plain = urlunsplit((parts.scheme, host, parts.path, parts.query, ""))
    return plain, "Basic " + base64.b64encode(unquote(userinfo).encode()).decode()
