"""The form on a web site: nothing is promised before the number is proven, and nobody is flooded with codes."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from sqlmodel import select

from callback.clock import ManualClock
from callback.database import Database
from callback.lines.line import Line
from callback.messages.message import Message
from callback.messages.outbox import send_text
from callback.promises.callback import Callback, CallbackKind
from callback.promises.do_not_call import put_on_list
from callback.promises.proof import NumberProof
from tests.integration.office import PUBLIC, Office
from webhooks.app import create_app

FORM = "/lines/support/call-me"
PERSON = "(415) 555-0111"


@pytest.fixture
def office(database: Database, clock: ManualClock, tmp_path: Path) -> Office:
    clock.move(timedelta(hours=9))
    return Office(database, clock, tmp_path, secret_key="a secret for tests")


@pytest.fixture
async def web(office: Office) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(create_app(office.runtime), raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url=PUBLIC) as client:
        yield client


async def the_line(office: Office, **more: object) -> Line:
    line = await office.line(
        slug="support", time_zone="America/Los_Angeles", languages=["en", "es"], **more
    )
    await office.agent(line)
    return line


async def texted(office: Office) -> str:
    """Send what is written and return the code in the last of it."""
    async with office.database.reading() as session:
        written = (await session.exec(select(Message).order_by(Message.id))).all()
    for message in written:
        await send_text(office.runtime, message.id)
        office.clock.move(timedelta(seconds=1))
    found = re.search(r"\b(\d{6})\b", office.telephony.texts[-1].body)
    assert found is not None
    return found[1]


def proof_in(html: str) -> str:
    found = re.search(r'name="proof" value="([0-9a-f]+)"', html)
    assert found is not None, html
    return found[1]


async def begun(web: httpx.AsyncClient, when: str = "asap", number: str = PERSON) -> httpx.Response:
    return await web.post(FORM, data={"number": number, "when": when, "language": "en"})


async def callbacks(office: Office) -> list[Callback]:
    async with office.database.reading() as session:
        return list((await session.exec(select(Callback))).all())


async def test_the_form_tells_the_wait_and_what_can_be_promised(
    office: Office, web: httpx.AsyncClient
) -> None:
    await the_line(office, embed_origins=["https://shop.example"])
    answer = await web.get(FORM)
    assert answer.status_code == 200
    assert "On the phone the wait is about 0 to 1 minutes now." in answer.text
    assert "As soon as possible, within about 10 minutes" in answer.text
    assert answer.text.count('type="radio"') == 5
    policy = answer.headers["content-security-policy"]
    assert "frame-ancestors https://shop.example" in policy
    assert "x-frame-options" not in answer.headers
    assert "<script" not in answer.text


@pytest.mark.parametrize(
    ("asked", "accepted", "words"),
    [
        ("", "en", "calls you back."),
        ("", "es-MX,es;q=0.9", "le devuelve la llamada."),
        ("es", "en", "le devuelve la llamada."),
        ("de", "de", "calls you back."),  # which the line does not speak
    ],
)
async def test_the_form_speaks_the_readers_language_if_the_line_does(
    office: Office, web: httpx.AsyncClient, asked: str, accepted: str, words: str
) -> None:
    await the_line(office)
    answer = await web.get(FORM, params={"language": asked}, headers={"Accept-Language": accepted})
    assert words in answer.text


async def test_a_promise_is_made_only_when_the_code_comes_back(
    office: Office, web: httpx.AsyncClient
) -> None:
    await the_line(office)
    page = await begun(web)
    assert "ends in 11" in page.text
    assert await callbacks(office) == []
    code = await texted(office)
    form = {"proof": proof_in(page.text), "code": f" {code[:3]} {code[3:]} ", "language": "en"}
    done = await web.post(f"{FORM}/code", data=form)
    assert "You have our word. We will call you within about 10 minutes." in done.text
    assert f'href="{PUBLIC}/c/' in done.text
    (callback,) = await callbacks(office)
    assert (callback.phone_number, callback.kind) == ("+14155550111", CallbackKind.ASAP)
    # The same code proves nothing more.
    again = await web.post(f"{FORM}/code", data=form)
    assert again.status_code == 410
    assert len(await callbacks(office)) == 1


async def test_a_time_is_promised_as_it_was_chosen(office: Office, web: httpx.AsyncClient) -> None:
    await the_line(office)
    html = (await web.get(FORM)).text
    start = re.findall(r'name="when" value="(2026[^"]*)"', html)[2]
    page = await begun(web, start)
    form = {"proof": proof_in(page.text), "code": await texted(office)}
    done = await web.post(f"{FORM}/code", data=form)
    assert "We will call you today between" in done.text
    assert [each.promised_from.isoformat() for each in await callbacks(office)] == [start]


async def test_only_a_hash_of_the_code_is_kept(office: Office, web: httpx.AsyncClient) -> None:
    await the_line(office)
    page = await begun(web)
    code = await texted(office)
    async with office.database.reading() as session:
        proof = await session.get_one(NumberProof, proof_in(page.text))
        (message,) = (await session.exec(select(Message))).all()
    assert code not in proof.model_dump_json()
    assert message.body == ""


async def test_a_wrong_code_may_be_mended_a_few_times(
    office: Office, web: httpx.AsyncClient
) -> None:
    await the_line(office)
    proof = proof_in((await begun(web)).text)
    code = await texted(office)
    wrong = "000000" if code != "000000" else "111111"
    answers = [
        await web.post(f"{FORM}/code", data={"proof": proof, "code": guess})
        for guess in (wrong, "", "abc", wrong, wrong, code)
    ]
    assert [answer.status_code for answer in answers] == [422, 422, 422, 422, 410, 410]
    assert "That is not the code." in answers[0].text
    assert await callbacks(office) == []


async def test_a_code_works_for_ten_minutes(office: Office, web: httpx.AsyncClient) -> None:
    await the_line(office)
    proof = proof_in((await begun(web)).text)
    code = await texted(office)
    office.clock.move(timedelta(minutes=10))
    answer = await web.post(f"{FORM}/code", data={"proof": proof, "code": code})
    assert "The code no longer works." in answer.text
    assert await callbacks(office) == []


async def test_a_number_is_sent_three_codes_an_hour(office: Office, web: httpx.AsyncClient) -> None:
    await the_line(office)
    codes = [(await begun(web)).status_code for _ in range(4)]
    assert codes == [200, 200, 200, 429]
    assert (await begun(web, number="(415) 555-0112")).status_code == 200


async def test_one_address_is_sent_ten_codes_an_hour(
    office: Office, web: httpx.AsyncClient
) -> None:
    await the_line(office)
    codes = [
        (await begun(web, number=f"(415) 555-01{number}")).status_code for number in range(20, 32)
    ]
    assert codes == [200] * 10 + [429] * 2


@pytest.mark.parametrize(
    ("number", "when", "status", "words"),
    [
        ("12", "asap", 422, "We cannot call that number."),
        ("+442071234567", "asap", 422, "We cannot call that number."),
        ("1-900-555-0100", "asap", 422, "We cannot call that number."),
        (PERSON, "", 409, "That time has just been taken."),
        (PERSON, "2026-03-03T11:00:00+00:00", 409, "That time has just been taken."),
        (PERSON, "2026-03-02T20:07:00+00:00", 409, "That time has just been taken."),
    ],
)
async def test_what_cannot_be_promised_costs_no_code(
    office: Office, web: httpx.AsyncClient, number: str, when: str, status: int, words: str
) -> None:
    await the_line(office)
    answer = await begun(web, when, number)
    assert answer.status_code == status
    assert words in answer.text
    assert [wake for wake, _ in office.jobs.wishes if wake.job == "send_text"] == []


async def test_whoever_is_owed_a_call_already_is_not_owed_another(
    office: Office, web: httpx.AsyncClient
) -> None:
    line = await the_line(office)
    await office.owed(line, phone_number="+14155550111")
    proof = proof_in((await begun(web)).text)
    answer = await web.post(f"{FORM}/code", data={"proof": proof, "code": await texted(office)})
    assert "We already owe this number a call" in answer.text
    assert len(await callbacks(office)) == 1


async def test_a_line_without_an_address_has_no_form(
    office: Office, web: httpx.AsyncClient
) -> None:
    await office.line()
    for path in (FORM, "/lines/None/call-me", "/lines/%00/call-me"):
        answer = await web.get(path)
        assert answer.status_code == 404
    assert (await begun(web)).status_code == 404


async def test_without_a_key_for_codes_there_is_no_form(
    database: Database, clock: ManualClock, tmp_path: Path
) -> None:
    office = Office(database, clock, tmp_path)
    await the_line(office)
    transport = httpx.ASGITransport(create_app(office.runtime))
    async with httpx.AsyncClient(transport=transport, base_url=PUBLIC) as web:
        assert (await web.get(FORM)).status_code == 404


async def test_a_proof_of_another_line_proves_nothing(
    office: Office, web: httpx.AsyncClient
) -> None:
    await the_line(office)
    await office.line(slug="sales", name="Sales", number="+14155550199")
    proof = proof_in((await begun(web)).text)
    answer = await web.post(
        "/lines/sales/call-me/code", data={"proof": proof, "code": await texted(office)}
    )
    assert answer.status_code == 410
    assert await callbacks(office) == []


async def test_whoever_asked_never_to_be_called_is_sent_no_code(
    office: Office, web: httpx.AsyncClient
) -> None:
    await the_line(office)
    async with office.runtime.work() as work:
        await put_on_list(work, "+14155550111", "the person")
    answer = await begun(web)
    assert answer.status_code == 409
    assert [wake for wake, _ in office.jobs.wishes if wake.job == "send_text"] == []
