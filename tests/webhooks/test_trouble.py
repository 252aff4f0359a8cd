"""When we are in trouble: whoever is on the line hears words, and what nobody hears is sent again."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from callback.database import Database
from callback.telephony import addresses
from callback.telephony.addresses import Addresses
from tests.integration.office import PUBLIC, Office
from tests.webhooks.twilio import IN_A_QUEUE, Twilio

SID = "CA" + "a" * 32
LEG, RESERVATION = "1" * 32, "2" * 32
VOICE = [
    addresses.INCOMING,
    addresses.FALLBACK,
    addresses.WAITING,
    *(addresses.MENU.format(step=step) for step in ("offer", "time", "number", "typed")),
    addresses.LEFT,
    addresses.AGENT.format(leg_id=LEG, step="answered"),
    addresses.AGENT.format(leg_id=LEG, step="choice"),
    addresses.PERSON.format(leg_id=LEG, step="answered"),
    addresses.PERSON.format(leg_id=LEG, step="choice"),
    addresses.PULLED.format(reservation_id=RESERVATION),
    addresses.OVER.format(leg_id=LEG),
    addresses.TALKED.format(reservation_id=RESERVATION),
]
IN_QUEUE = [path for path in VOICE if "/waiting" in path or "/menu/" in path]
STATUS = [
    addresses.NUMBER_STATUS,
    addresses.LEG_STATUS.format(leg_id=LEG),
    addresses.CONFERENCE_STATUS.format(reservation_id=RESERVATION),
]


@pytest.fixture(params=["a broken file", "no server"])
async def broken(
    request: pytest.FixtureRequest, office: Office, tmp_path: Path
) -> AsyncIterator[Twilio]:
    """Twilio in front of a web process whose database does not answer."""
    (tmp_path / "broken.db").write_bytes(b"this is no database" * 1000)
    url = f"sqlite:///{tmp_path / 'broken.db'}"
    if request.param == "no server":
        url = "postgresql://nobody@127.0.0.1:1/nothing"
    database = Database(url)
    try:
        async with Twilio(replace(office.runtime, database=database)) as twilio:
            yield twilio
    finally:
        await database.close()


@pytest.mark.parametrize("path", VOICE)
async def test_a_caller_hears_words_whatever_fails(broken: Twilio, path: str) -> None:
    document = await broken.ask(path, SID, Digits="1", QueueResult="error")
    assert document.said == (
        "We are sorry, something went wrong on our side. Please stay on the line."
    )
    if path in IN_QUEUE:
        # The place in line is kept: back to waiting, with nothing that a queue does not know.
        assert document.verbs == ["Say", "Pause", "Redirect"]
        assert document.one("Redirect").text == f"{PUBLIC}{addresses.WAITING}"
        assert set(document.verbs) <= IN_A_QUEUE
    elif path == addresses.LEFT:
        assert document.verbs[-1] == "Hangup"
    else:
        # The same is tried once more, after a while.
        assert document.one("Redirect").text == f"{PUBLIC}{path}"
        assert int(document.one("Pause").attrib["length"]) >= 2


@pytest.mark.parametrize("path", STATUS)
async def test_an_event_that_could_not_be_written_down_is_sent_again(
    broken: Twilio, path: str
) -> None:
    answer = await broken.send(path, {"CallSid": SID, "CallStatus": "completed"})
    assert answer.status_code == 503
    assert int(answer.headers["Retry-After"]) >= 1
    assert answer.text == ""


@pytest.mark.parametrize("path", [*VOICE, *STATUS])
async def test_a_stranger_is_refused_in_trouble_too(broken: Twilio, path: str) -> None:
    answer = await broken.send(path, {"CallSid": SID}, headers={"X-Twilio-Signature": "nonsense"})
    assert answer.status_code == 403


@pytest.mark.parametrize("path", VOICE)
async def test_a_call_that_nobody_knows_of_gets_words_too(twilio: Twilio, path: str) -> None:
    assert (await twilio.ask(path, SID, Digits="1")).said != ""


@pytest.mark.parametrize("path", STATUS)
@pytest.mark.parametrize("status", ["completed", "ringing", "a word of next year", ""])
async def test_an_event_about_nothing_we_know_is_taken_and_not_asked_for_again(
    twilio: Twilio, path: str, status: str
) -> None:
    for _ in range(2):
        answer = await twilio.send(path, {"CallSid": SID, "CallStatus": status})
        assert answer.status_code == 204


async def test_a_step_that_there_is_not_is_refused(twilio: Twilio) -> None:
    answer = await twilio.send(addresses.MENU.format(step="nonsense"), {"CallSid": SID})
    assert answer.status_code == 422


def test_twilio_is_told_to_send_events_again_when_we_do_not_answer() -> None:
    for address in (Addresses(PUBLIC).leg_status(LEG), Addresses(PUBLIC).conference_status(LEG)):
        assert "#rc=" in address
        assert "5xx" in address
