"""The telephone company's adapter: Twilio's REST API through its official library."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any, TypeVar

import twilio.rest.api  # noqa: F401 - else the library loads it when the first call is due, which takes a while
from aiohttp import BasicAuth, ClientConnectorError, ClientError, ClientSession
from twilio.base.exceptions import TwilioException, TwilioRestException, TwilioServiceException
from twilio.http import AsyncHttpClient
from twilio.http.async_http_client import AsyncTwilioHttpClient
from twilio.rest import Client

from callback.errors import (
    CallGone,
    TelephonyError,
    TelephonyRefused,
    TelephonyUnavailable,
    TelephonyUncertain,
)
from callback.telephony.addresses import NumberAddresses
from callback.telephony.port import (
    CallOrder,
    CallState,
    KnownCall,
    KnownText,
    LoggedCall,
    MachineDetection,
    OwnedNumber,
    TextOrder,
)

log = logging.getLogger(__name__)

REQUEST_SECONDS = 5.0
LARGEST_PAGE = 1_000
MACHINE_DETECTION = {MachineDetection.ON: "Enable", MachineDetection.MESSAGE: "DetectMessageEnd"}
ALL_EVENTS = ["initiated", "ringing", "answered", "completed"]
NOT_IN_PROGRESS = 21220
GONE = frozenset({20404, NOT_IN_PROGRESS})
ONE_SECOND = "ww"
BUSY_NOW = frozenset({10004, 16021, 20429})

Result = TypeVar("Result")


def state_of(status: str) -> CallState:
    """Return Twilio's word for a call's status as ours."""
    return CallState(status.replace("-", "_"))


def error_of(error: TwilioRestException | TwilioServiceException) -> TelephonyError:
    """Return our error for Twilio's: what it says about whether the request was, or may be, carried out."""
    code = int(error.code) if error.code else None
    message = f"Twilio answered {error.status} (error {code})"
    if code in GONE or error.status == 404:
        return CallGone(message, code)
    if error.status == 429 or code in BUSY_NOW:
        return TelephonyUnavailable(message, code)
    if error.status >= 500:
        return TelephonyUncertain(message, code)
    return TelephonyRefused(message, code)


FetchFile = Callable[[str, tuple[str, str]], Awaitable[bytes]]


async def fetch_over_http(address: str, credentials: tuple[str, str]) -> bytes:
    """Return a file that Twilio keeps.

    Raises:
        CallGone: there is none at this address.

    """
    auth = BasicAuth(*credentials)
    async with ClientSession(auth=auth) as session, session.get(address) as answer:
        if answer.status == HTTPStatus.NOT_FOUND:
            raise CallGone("there is no such recording", None)
        answer.raise_for_status()
        return await answer.read()


class TwilioTelephony:
    """Twilio, with every request bounded in time and none of them repeated behind our back.

    `http_client` replaces the transport in tests; by default one with pooled connections is made when the
    first request goes out, because making it needs a running event loop. The library reads every answer as
    text, so recordings are fetched by `fetch_file`, which is given an address and the account's credentials.
    """

    def __init__(
        self,
        account_sid: str,
        auth_token: str,
        base_url: str = "",
        http_client: AsyncHttpClient | None = None,
        fetch_file: FetchFile | None = None,
    ) -> None:
        self._account_sid = account_sid
        self._auth_token = auth_token
        self._base_url = base_url
        self._http_client = http_client
        self._fetch_file = fetch_file or fetch_over_http
        self._client: Client | None = None

    def _connected(self) -> Client:
        if self._client is None:
            # The library logs request bodies, which hold phone numbers, on a logger of ours to silence.
            quiet = logging.getLogger(f"{__name__}.http")
            quiet.setLevel(logging.ERROR)
            http = self._http_client or AsyncTwilioHttpClient(logger=quiet)
            self._client = Client(self._account_sid, self._auth_token, http_client=http)
            if self._base_url:
                self._client.api.base_url = self._base_url
        return self._client

    async def _ask(self, request: Awaitable[Result]) -> Result:
        try:
            async with asyncio.timeout(REQUEST_SECONDS):
                return await request
        except (TwilioRestException, TwilioServiceException) as error:
            raise error_of(error) from error
        except ClientConnectorError as error:
            raise TelephonyUnavailable("no connection to Twilio") from error
        except (ClientError, TimeoutError, OSError) as error:
            raise TelephonyUncertain(f"no answer from Twilio: {type(error).__name__}") from error
        except TwilioException as error:
            raise TelephonyUncertain("an answer from Twilio that cannot be read") from error

    async def place_call(self, order: CallOrder) -> str:
        """Place a call with all four status events, a ring time and a hard limit."""
        options: dict[str, Any] = {}
        if order.machine_detection != MachineDetection.OFF:
            options["machine_detection"] = MACHINE_DETECTION[order.machine_detection]
        if order.extension:
            options["send_digits"] = ONE_SECOND + order.extension
        call = await self._ask(
            self._connected().calls.create_async(
                to=order.to,
                from_=order.caller_id,
                url=order.answer_url,
                method="POST",
                status_callback=order.status_url,
                status_callback_method="POST",
                status_callback_event=ALL_EVENTS,
                timeout=order.ring_seconds,
                time_limit=order.limit_seconds,
                **options,
            )
        )
        return str(call.sid)

    async def find_calls(self, to: str, since: datetime) -> list[KnownCall]:
        """Return the calls to `to` made at or after `since`; a queued one has no start time yet."""
        calls = await self._ask(self._connected().calls.list_async(to=to, limit=50))
        known = [_known(call) for call in calls]
        return [call for call in known if call.created_at is None or call.created_at >= since]

    async def fetch_call(self, call_sid: str) -> KnownCall:
        """Return what Twilio knows of a call."""
        return _known(await self._ask(self._connected().calls(call_sid).fetch_async()))

    async def pull_from_queue(self, queue_sid: str, call_sid: str, url: str) -> None:
        """Dequeue one member by its CallSid; only the first to ask succeeds."""
        member = self._connected().queues(queue_sid).members(call_sid)
        try:
            await self._ask(member.update_async(url=url, method="POST"))
        except TelephonyRefused as error:
            raise CallGone("the caller has left the queue", error.code) from error

    async def redirect(self, call_sid: str, url: str) -> None:
        """Point a call in progress to other instructions."""
        await self._ask(self._connected().calls(call_sid).update_async(url=url, method="POST"))

    async def let_end_room(self, conference: str, call_sid: str, *, ends: bool) -> None:
        """Change what a participant's leaving means; the room is looked up, for only its SID will do."""
        rooms = self._connected().conferences
        found = await self._ask(
            rooms.list_async(friendly_name=conference, status="in-progress", limit=1)
        )
        if not found:
            raise CallGone("the conference is over")
        participant = rooms(str(found[0].sid)).participants(call_sid)
        await self._ask(participant.update_async(end_conference_on_exit=ends))

    async def hang_up(self, call_sid: str) -> None:
        """End a call; `completed` ends ringing ones too."""
        await self._ask(self._connected().calls(call_sid).update_async(status="completed"))

    async def call_off(self, call_sid: str) -> None:
        """Cancel a queued or ringing call; of one that was queued no status event will tell."""
        await self._ask(self._connected().calls(call_sid).update_async(status="canceled"))

    async def send_text(self, order: TextOrder) -> str:
        """Send a text; its status events go to the order's address."""
        message = await self._ask(
            self._connected().messages.create_async(
                to=order.to, from_=order.sender, body=order.body, status_callback=order.status_url
            )
        )
        return str(message.sid)

    async def find_texts(self, to: str, since: datetime) -> list[KnownText]:
        """Return the texts to `to` made at or after `since`; answers to texts are none of them."""
        messages = await self._ask(self._connected().messages.list_async(to=to, limit=50))
        known = [
            KnownText(str(each.sid), str(each.from_), each.body or "", _aware(each.date_created))
            for each in messages
            if each.direction == "outbound-api"
        ]
        return [each for each in known if each.created_at is None or each.created_at >= since]

    async def calls_between(
        self, since: datetime, until: datetime
    ) -> AsyncIterator[list[LoggedCall]]:
        """Yield the calls that started between two instants in pages of a thousand, the newest first."""
        page = await self._ask(
            self._connected().calls.page_async(
                start_time_after=since, start_time_before=until, page_size=LARGEST_PAGE
            )
        )
        while page is not None:
            yield [_logged(call) for call in page]
            page = await self._ask(page.next_page_async())

    async def owned_numbers(self) -> list[OwnedNumber]:
        """Return the account's numbers, at most a hundred, in their order."""
        numbers = await self._ask(self._connected().incoming_phone_numbers.list_async(limit=100))
        return sorted((_owned(each) for each in numbers), key=lambda each: each.number)

    async def lead_number(self, sid: str, addresses: NumberAddresses) -> None:
        """Set all four addresses of a number, each asked by POST."""
        number = self._connected().incoming_phone_numbers(sid)
        await self._ask(
            number.update_async(
                voice_url=addresses.voice,
                voice_method="POST",
                voice_fallback_url=addresses.fallback,
                voice_fallback_method="POST",
                status_callback=addresses.status,
                status_callback_method="POST",
                sms_url=addresses.message,
                sms_method="POST",
            )
        )

    async def fetch_recording(self, recording_sid: str) -> bytes:
        """Return a recording; Twilio serves the file beside the resource."""
        base = self._base_url or "https://api.twilio.com"
        path = f"/2010-04-01/Accounts/{self._account_sid}/Recordings/{recording_sid}.wav"
        return await self._ask(self._fetch_file(base + path, (self._account_sid, self._auth_token)))

    async def delete_recording(self, recording_sid: str) -> None:
        """Throw a recording away, with its file."""
        await self._ask(self._connected().recordings(recording_sid).delete_async())

    async def close(self) -> None:
        """Close the pooled connections."""
        http = self._client.http_client if self._client is not None else None
        if isinstance(http, AsyncTwilioHttpClient):
            await http.close()


def _owned(number: Any) -> OwnedNumber:
    return OwnedNumber(
        str(number.sid),
        str(number.phone_number),
        NumberAddresses(
            voice=number.voice_url or "",
            fallback=number.voice_fallback_url or "",
            status=number.status_callback or "",
            message=number.sms_url or "",
        ),
    )


def _known(call: Any) -> KnownCall:
    created = _aware(call.date_created or call.start_time)
    return KnownCall(str(call.sid), state_of(str(call.status)), created, _aware(call.end_time))


def _aware(instant: datetime | None) -> datetime | None:
    naive = instant is not None and instant.tzinfo is None
    return instant.replace(tzinfo=UTC) if naive and instant is not None else instant


def _logged(call: Any) -> LoggedCall:
    return LoggedCall(
        call_sid=str(call.sid),
        parent_sid=call.parent_call_sid,
        inbound=call.direction == "inbound",
        to=str(call.to or ""),
        from_number=str(getattr(call, "_from", None) or ""),
        state=state_of(str(call.status)),
        started_at=_aware(call.start_time),
        ended_at=_aware(call.end_time),
        seconds=float(call.duration or 0),
    )
