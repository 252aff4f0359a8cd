"""Nothing is done, or said, for whoever has not signed with a token of ours."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from fastapi import APIRouter
from fastapi.routing import APIRoute
from starlette.datastructures import FormData

from callback.clock import ManualClock
from callback.database import Database
from callback.telephony import addresses
from tests.integration.office import PUBLIC, TOKEN, Office
from tests.webhooks.twilio import Twilio, signature
from webhooks.app import create_app

PATHS = [
    address.format(
        step="offer",
        leg_id="1" * 32,
        reservation_id="2" * 32,
        message_id="3" * 32,
        trial_id="4" * 32,
    )
    for name, address in sorted(vars(addresses).items())
    if name.isupper() and isinstance(address, str) and address.startswith("/twilio/")
]
FORM = {
    "CallSid": "CA" + "0" * 32,
    "Digits": "1",
    "From": "+14155550111",
    "Body": "",
    "CallStatus": "ringing",
}


def test_every_address_that_is_served_is_tried_here(office: Office) -> None:
    included = [
        getattr(part, "original_router", None) for part in create_app(office.runtime).routes
    ]
    served = {
        route.path
        for router in included
        if isinstance(router, APIRouter)
        for route in router.routes
        if isinstance(route, APIRoute) and route.path.startswith("/twilio")
    }
    known = {
        address
        for name, address in vars(addresses).items()
        if name.isupper() and isinstance(address, str) and address.startswith("/twilio/")
    }
    assert served == known
    assert len(PATHS) >= 14


@pytest.mark.parametrize("path", PATHS)
async def test_a_stranger_is_refused(twilio: Twilio, path: str) -> None:
    good = signature(f"{PUBLIC}{path}", FormData(FORM))
    other_form = signature(f"{PUBLIC}{path}", FormData(FORM | {"Digits": "2"}))
    other_path = signature(f"{PUBLIC}/twilio/elsewhere", FormData(FORM))
    other_host = signature(f"https://other.example{path}", FormData(FORM))
    upside_down = base64.b64encode(base64.b64decode(good)[::-1]).decode()
    sha256 = base64.b64encode(hashlib.sha256(path.encode()).digest()).decode()
    for headers in (
        {},
        {"X-Twilio-Signature": ""},
        {"X-Twilio-Signature": "nonsense"},
        {"X-Twilio-Signature": upside_down},
        {"X-Twilio-Signature": other_form},
        {"X-Twilio-Signature": other_path},
        {"X-Twilio-Signature": other_host},
        {
            "X-Twilio-Signature": sha256,
            "X-Twilio-Webhooks-Signature-Settings": "key=1,algorithm=HMAC_SHA256",
        },
    ):
        answer = await twilio.send(path, FORM, headers=headers)
        assert answer.status_code == 403, headers
        assert "<Response" not in answer.text
    answer = await twilio.send(path, FORM, token="somebody else's token")
    assert answer.status_code == 403


@pytest.mark.parametrize("path", PATHS)
async def test_twilio_is_heard(twilio: Twilio, path: str) -> None:
    answer = await twilio.send(path, FORM)
    assert answer.status_code in {200, 204}


@pytest.mark.parametrize("path", PATHS)
async def test_nothing_is_fetched_where_something_is_to_be_posted(
    twilio: Twilio, path: str
) -> None:
    assert (await twilio.web.get(path)).status_code == 405


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"--x\r\nnonsense", "multipart/form-data; boundary=x"),
        (b"nonsense", "multipart/form-data"),
        (
            b'--x\r\nContent-Disposition: form-data; name="a"; filename="b"\r\n\r\nc\r\n--x--\r\n',
            "multipart/form-data; boundary=x",
        ),
        (b'{"CallSid": "CA1"}', "application/json"),
        (b"\xff\xfe=%ff&=&&&", "application/x-www-form-urlencoded"),
        (b"CallSid=CA1", "text/plain"),
        (b"", ""),
    ],
)
@pytest.mark.parametrize("path", [addresses.INCOMING, addresses.NUMBER_STATUS, addresses.MESSAGE])
async def test_a_stranger_with_a_strange_body_is_refused_too(
    twilio: Twilio, path: str, content: bytes, kind: str
) -> None:
    answer = await twilio.web.post(
        path, content=content, headers={"Content-Type": kind, "X-Twilio-Signature": "nonsense"}
    )
    assert answer.status_code == 403


async def test_no_more_of_a_strangers_form_is_read_than_twilio_would_send(twilio: Twilio) -> None:
    read = 0

    async def parts() -> AsyncIterator[bytes]:
        nonlocal read
        for read in range(1, 101):  # noqa: B007 - looked at afterwards
            yield b"x" * 10_000

    answer = await twilio.web.post(
        addresses.INCOMING,
        content=parts(),
        headers={"Content-Type": "application/x-www-form-urlencoded"},
    )
    assert answer.status_code == 403
    assert read == 11


async def test_a_stranger_with_a_strange_path_is_refused_too(twilio: Twilio) -> None:
    sent: list[int] = []
    body = b"CallSid=CA1"

    async def receive() -> dict[str, object]:
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: dict[str, object]) -> None:
        if message["type"] == "http.response.start":
            sent.append(int(str(message["status"])))

    raw = b"/twilio/voice/person/\xc3\xa9/answered"
    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": "POST",
        "scheme": "https",
        "path": raw.decode(),
        "raw_path": raw,
        "query_string": b"a=\xff",
        "root_path": "",
        "headers": [(b"content-type", b"application/x-www-form-urlencoded")],
        "server": ("callback.example", 443),
        "client": ("203.0.113.1", 1),
    }
    await twilio.app(scope, receive, send)  # type: ignore[arg-type]
    assert sent == [403]


@pytest.mark.parametrize("token", ["the new one", "the old one"])
async def test_each_of_several_tokens_fits_while_they_are_changed(
    database: Database, clock: ManualClock, tmp_path: Path, token: str
) -> None:
    office = Office(database, clock, tmp_path, twilio_auth_token="the new one, the old one")
    async with Twilio(office.runtime) as twilio:
        assert (await twilio.send(addresses.INCOMING, FORM, token=token)).status_code == 200
        wrong = await twilio.send(addresses.INCOMING, FORM, token="the new one, the old one")
        assert wrong.status_code == 403


@pytest.mark.parametrize("token", ["", TOKEN, ","])
async def test_without_a_token_everything_is_refused(
    database: Database, clock: ManualClock, tmp_path: Path, token: str
) -> None:
    office = Office(database, clock, tmp_path, twilio_auth_token=" , ")
    async with Twilio(office.runtime) as twilio:
        for path in PATHS:
            assert (await twilio.send(path, FORM, token=token)).status_code == 403


@pytest.mark.parametrize(
    "base",
    [
        "https://callback.example",
        "https://callback.example:8443",
        "http://callback.example:80",
        "https://callback.example:443",
        "https://proxy.example/deep/below",
    ],
)
async def test_the_address_that_is_signed_is_the_public_one(
    database: Database, clock: ManualClock, tmp_path: Path, base: str
) -> None:
    office = Office(database, clock, tmp_path, public_base_url=base)
    async with Twilio(office.runtime) as twilio:
        signed = signature(f"{base}{addresses.INCOMING}", FormData(FORM))
        # A proxy passes the request on under another host, scheme and port, without its prefix.
        answer = await twilio.web.post(
            f"http://10.0.0.7:8000{addresses.INCOMING}",
            data=FORM,
            headers={"X-Twilio-Signature": signed, "X-Forwarded-Host": "evil.example"},
        )
        assert answer.status_code == 200


@pytest.mark.parametrize(
    "query",
    [
        "a=1&b=2",
        "To=%2B14155550111&x=%20y",
        "plus=a+b&empty=&c",
        "bodySHA256=0000",
        "umlaut=%C3%BC",
    ],
)
async def test_a_query_is_signed_as_it_was_sent(twilio: Twilio, query: str) -> None:
    assert (await twilio.send(f"{addresses.INCOMING}?{query}", FORM)).status_code == 200
    signed = signature(f"{PUBLIC}{addresses.INCOMING}?{query}", FormData(FORM))
    for other in ("", f"?{query}&more=1"):
        answer = await twilio.send(
            f"{addresses.INCOMING}{other}", FORM, headers={"X-Twilio-Signature": signed}
        )
        assert answer.status_code == 403


async def test_a_path_is_signed_as_it_was_sent(twilio: Twilio) -> None:
    path = addresses.PERSON.format(leg_id="%C3%A9%20%2B", step="answered")
    assert (await twilio.send(path, FORM)).status_code == 200


async def test_parameters_may_repeat_be_blank_and_hold_anything(twilio: Twilio) -> None:
    form = [
        ("CallSid", "CA" + "0" * 32),
        ("MediaUrl", "https://one.example"),
        ("MediaUrl", "https://two.example"),
        ("MediaUrl", "https://one.example"),
        ("Digits", ""),
        ("Body", "Grüße & <xml> +%20 =\n\u4f60\u597d"),
        ("Unknown Parameter", " "),
    ]
    assert (await twilio.send(addresses.MESSAGE, form)).status_code == 200
    signed = signature(f"{PUBLIC}{addresses.MESSAGE}", FormData(form))
    answer = await twilio.send(
        addresses.MESSAGE, [*form, ("More", "1")], headers={"X-Twilio-Signature": signed}
    )
    assert answer.status_code == 403
