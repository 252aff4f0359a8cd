"""What Twilio is told at every turn of a call: documents that parse, with nothing but documented verbs."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlmodel import select

from callback.agents.presence import AgentStatus
from callback.calls.call import Call, CallOutcome, CallStatus
from callback.desk.answering import accept_offer
from callback.dialing.dialer import let_in
from callback.dialing.dispatching import serve_who_waits
from callback.dialing.leg import Leg, LegRole, LegStatus
from callback.dialing.reservation import Reservation, ReservationStatus
from callback.lines.line import Line
from callback.promises.callback import Callback, TimelineEntry
from callback.promises.lifecycle import CallbackStatus
from callback.telephony import addresses
from tests.integration.office import LINE_NUMBER, PUBLIC, Office
from tests.webhooks.twilio import IN_A_QUEUE, Document, Twilio

SID = "CA" + "a" * 32
MENU = addresses.MENU
NAMES = [
    "Smith & Sons",
    "<Dial>+19005550100</Dial>",
    "</Say><Hangup/>",
    'Quote " and \u2019',
    "\u4f60\u597d",
]


async def queued(twilio: Twilio, sid: str = SID, **form: str) -> Document:
    """Let somebody call and take the place in line."""
    await twilio.ask(addresses.INCOMING, sid, **form)
    return await twilio.ask(addresses.WAITING, sid, QueueSid="QU" + "1" * 32)


async def test_a_caller_is_greeted_and_given_a_place_in_the_lines_queue(
    office: Office, twilio: Twilio
) -> None:
    line = await office.line()
    document = await twilio.ask(addresses.INCOMING, SID)
    assert document.verbs == ["Say", "Enqueue"]
    assert document.said == "Thank you for calling Support."
    assert document.one("Say").attrib == {"language": "en-US"}
    enqueue = document.one("Enqueue")
    assert enqueue.text == f"line-{line.id}"
    assert enqueue.attrib == {
        "action": f"{PUBLIC}/twilio/voice/left",
        "method": "POST",
        "waitUrl": f"{PUBLIC}/twilio/voice/waiting",
        "waitUrlMethod": "POST",
    }


@pytest.mark.parametrize("name", NAMES)
async def test_a_lines_name_is_spoken_and_never_obeyed(
    office: Office, twilio: Twilio, name: str
) -> None:
    await office.line(name=name)
    document = await twilio.ask(addresses.INCOMING, SID)
    assert document.said == f"Thank you for calling {name}."
    assert document.verbs == ["Say", "Enqueue"]


async def test_a_call_to_a_number_of_no_line_ends_in_words(twilio: Twilio) -> None:
    document = await twilio.ask(addresses.INCOMING, SID)
    assert document.verbs == ["Say", "Hangup"]
    assert "not in service" in document.said


async def test_a_call_to_a_closed_line_hears_when_it_opens(office: Office, twilio: Twilio) -> None:
    await office.line(opening_hours=[{"day": 1, "opens": "10:00", "closes": "12:00"}])
    document = await twilio.ask(addresses.INCOMING, SID)
    assert document.verbs == ["Say"] * 4 + ["Hangup"]
    assert "We open again tomorrow at 2:00 AM your time, 10:00 AM our time." in document.said


async def test_the_wait_document_listens_while_the_caller_keeps_the_place(
    office: Office, twilio: Twilio
) -> None:
    line = await office.line(announce_every_seconds=30)
    await office.agent(line)
    document = await queued(twilio)
    gather = document.one("Gather")
    assert gather.attrib == {
        "input": "dtmf",
        "action": f"{PUBLIC}/twilio/voice/menu/offer",
        "method": "POST",
        "timeout": "1",
        "numDigits": "1",
    }
    # Keys count while it is spoken and while it is silent.
    assert [element.tag for element in gather][-1] == "Pause"
    assert document.one("Pause").attrib == {"length": "30"}
    # Nothing follows: the queue asks again by itself, and nobody is thrown out of it.
    assert document.verbs == ["Gather"]


async def test_a_caller_to_whom_nothing_can_be_offered_is_only_told_the_wait(
    office: Office, twilio: Twilio
) -> None:
    await office.line(callbacks_per_window=0)
    document = await queued(twilio)
    assert document.verbs == ["Say", "Say", "Pause"]
    assert "We cannot promise to call you back just now" in document.said


PRESSES = [
    ("offer", "1"),
    ("offer", "2"),
    ("offer", "9"),
    ("offer", ""),
    ("time", "1"),
    ("time", "0"),
    ("time", "#"),
    ("number", "1"),
    ("number", "2"),
    ("number", "0"),
    ("number", "*"),
    ("typed", "4155550122"),
    ("typed", "911"),
    ("typed", ""),
]


@pytest.mark.parametrize(("step", "digits"), PRESSES)
async def test_every_turn_of_the_menu_may_be_played_in_a_queue(
    office: Office, twilio: Twilio, step: str, digits: str
) -> None:
    line = await office.line()
    await office.agent(line)
    await queued(twilio)
    document = await twilio.ask(MENU.format(step=step), SID, Digits=digits)
    assert {element.tag for element in document.root.iter()} <= IN_A_QUEUE - {"Hangup"}
    # Whoever presses nothing goes back to waiting; only a promise lets go of the place.
    assert document.verbs[-1] in {"Redirect", "Gather", "Leave"}
    if document.verbs[-1] == "Redirect":
        assert document.one("Redirect").text == f"{PUBLIC}/twilio/voice/waiting"


async def test_a_number_is_typed_in_any_length_and_ended_with_the_pound_key(
    office: Office, twilio: Twilio
) -> None:
    line = await office.line()
    await office.agent(line)
    await queued(twilio)
    await twilio.ask(MENU.format(step="offer"), SID, Digits="1")
    gather = (await twilio.ask(MENU.format(step="number"), SID, Digits="2")).one("Gather")
    assert gather.attrib["finishOnKey"] == "#"
    assert "numDigits" not in gather.attrib


async def confirm(twilio: Twilio) -> Document:
    await twilio.ask(MENU.format(step="offer"), SID, Digits="1")
    return await twilio.ask(MENU.format(step="number"), SID, Digits="1")


async def only(office: Office, kind: type[Callback] | type[Call]) -> Callback | Call:
    async with office.database.reading() as session:
        return (await session.exec(select(kind))).one()


async def test_a_promise_is_spoken_once_it_is_written_and_lets_the_caller_leave(
    office: Office, twilio: Twilio
) -> None:
    line = await office.line()
    await office.agent(line, status=AgentStatus.BUSY)
    await queued(twilio)
    document = await confirm(twilio)
    assert document.verbs == ["Say", "Say", "Leave"]
    assert "We will call you at 4 1 5, 5 5 5, 0 1 1 1" in document.said
    callback = await only(office, Callback)
    assert callback.status == CallbackStatus.WAITING
    left = await twilio.ask(addresses.LEFT, SID, QueueResult="leave")
    assert left.verbs == ["Hangup"]


async def test_a_key_that_twilio_sends_twice_is_answered_twice_the_same(
    office: Office, twilio: Twilio
) -> None:
    """Else the second answer would keep somebody in line who has been promised a callback."""
    line = await office.line()
    await office.agent(line, status=AgentStatus.BUSY)
    await queued(twilio)
    first = await confirm(twilio)
    second = await twilio.ask(MENU.format(step="number"), SID, Digits="1")
    assert second.said == first.said
    assert second.verbs == first.verbs == ["Say", "Say", "Leave"]
    assert isinstance(await only(office, Callback), Callback)


async def test_a_caller_whom_an_agent_takes_first_is_not_promised_anything(
    office: Office, twilio: Twilio
) -> None:
    line = await office.line()
    await office.agent(line)
    await queued(twilio)
    await twilio.ask(MENU.format(step="offer"), SID, Digits="1")
    assert await serve_who_waits(office.runtime) == 1
    document = await twilio.ask(MENU.format(step="number"), SID, Digits="1")
    assert "Somebody is about to take your call." in document.said
    assert document.verbs[-1] == "Redirect"


@pytest.mark.parametrize("result", ["hangup", "redirected", "bridged", "redirected-from-bridged"])
async def test_who_has_gone_or_was_taken_is_told_nothing_more(
    office: Office, twilio: Twilio, result: str
) -> None:
    await office.line()
    await queued(twilio)
    assert (await twilio.ask(addresses.LEFT, SID, QueueResult=result)).verbs == []
    call = await only(office, Call)
    assert (call.status == CallStatus.ENDED) == (result == "hangup")


@pytest.mark.parametrize("result", ["queue-full", "system-error"])
async def test_who_cannot_be_queued_is_told_so(office: Office, twilio: Twilio, result: str) -> None:
    await office.line()
    await twilio.ask(addresses.INCOMING, SID)
    document = await twilio.ask(addresses.LEFT, SID, QueueResult=result)
    assert document.verbs == ["Say", "Hangup"]
    call = await only(office, Call)
    assert isinstance(call, Call)
    assert call.outcome == CallOutcome.TURNED_AWAY


async def test_who_falls_out_of_the_queue_gets_the_old_place_again(
    office: Office, twilio: Twilio
) -> None:
    await office.line()
    await queued(twilio)
    before = await only(office, Call)
    office.clock.move(timedelta(minutes=3))
    document = await twilio.ask(addresses.LEFT, SID, QueueResult="error")
    assert document.verbs == ["Say", "Enqueue"]
    await twilio.ask(addresses.WAITING, SID)
    assert (await only(office, Call)).arrived_at == before.arrived_at


async def test_the_fallback_takes_over_a_call_as_if_it_had_just_come(
    office: Office, twilio: Twilio
) -> None:
    await office.line()
    document = await twilio.ask(
        addresses.FALLBACK, SID, ErrorCode="11200", ErrorUrl=f"{PUBLIC}/twilio/voice/incoming"
    )
    assert document.verbs == ["Say", "Enqueue"]


async def test_the_fallback_does_not_queue_again_who_has_been_promised_a_callback(
    office: Office, twilio: Twilio
) -> None:
    line = await office.line()
    await office.agent(line, status=AgentStatus.BUSY)
    await queued(twilio)
    await confirm(twilio)
    document = await twilio.ask(addresses.FALLBACK, SID, ErrorCode="11205")
    assert document.verbs == ["Say", "Hangup"]
    assert document.said == "Thank you for calling. Goodbye."


async def asking(
    office: Office, contact: str = "callback", name: str = "Support"
) -> tuple[Line, Reservation, Leg]:
    """An agent whose phone rings for a contact."""
    line = await office.line(name=name)
    agent = await office.agent(line, status=AgentStatus.RESERVED)
    if contact == "call":
        found: Call | Callback = await office.caller(line, call_sid=SID, status=CallStatus.RESERVED)
    else:
        found = await office.owed(line, status=CallbackStatus.RESERVED)
    reservation = await office.reserved(agent, ReservationStatus.ASKING, found)
    leg = await office.leg(reservation, LegRole.AGENT, agent.endpoint, LegStatus.PLACED)
    return line, reservation, leg


def agent_path(leg: Leg, step: str) -> str:
    return addresses.AGENT.format(leg_id=leg.id, step=step)


def person_path(leg: Leg, step: str) -> str:
    return addresses.PERSON.format(leg_id=leg.id, step=step)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("contact", ["call", "callback"])
async def test_an_agent_hears_who_it_is_and_chooses_by_key(
    office: Office, twilio: Twilio, contact: str, name: str
) -> None:
    _, _, leg = await asking(office, contact, name)
    document = await twilio.ask(agent_path(leg, "answered"), "CA" + "b" * 32)
    assert f" on {name}" in document.said
    assert "Press 1 to accept the call. Press 2 to decline." in document.said
    assert document.verbs == ["Gather", "Redirect"]
    assert document.one("Gather").attrib["action"] == f"{PUBLIC}{agent_path(leg, 'choice')}"


async def test_an_agent_who_presses_nothing_is_hung_up(office: Office, twilio: Twilio) -> None:
    _, _, leg = await asking(office)
    sid = "CA" + "b" * 32
    await twilio.ask(agent_path(leg, "answered"), sid)
    silent = await twilio.ask(agent_path(leg, "accepted"), sid)
    assert silent.verbs == ["Hangup"]


async def test_an_agent_who_accepted_at_her_desk_needs_no_key(
    office: Office, twilio: Twilio
) -> None:
    _, reservation, leg = await asking(office)
    async with office.runtime.work() as work:
        await accept_offer(work, reservation.id, reservation.agent_id)
    document = await twilio.ask(agent_path(leg, "answered"), "CA" + "b" * 32)
    assert document.verbs == ["Say", "Dial"]


async def test_a_key_while_the_desk_brings_her_in_is_asked_for_a_moment(
    office: Office, twilio: Twilio
) -> None:
    _, reservation, leg = await asking(office)
    sid = "CA" + "b" * 32
    await twilio.ask(agent_path(leg, "answered"), sid)
    async with office.runtime.work() as work:
        await accept_offer(work, reservation.id, reservation.agent_id)
    assert await let_in(office.runtime, leg.id)
    assert office.telephony.redirected == [(sid, f"{PUBLIC}{agent_path(leg, 'accepted')}")]
    pressed = await twilio.ask(agent_path(leg, "choice"), sid, Digits="1")
    assert pressed.verbs == ["Say", "Pause", "Redirect"]
    inside = await twilio.ask(agent_path(leg, "accepted"), sid)
    assert inside.verbs == ["Say", "Dial"]
    # Once she is in, nothing takes her out again.
    assert not await let_in(office.runtime, leg.id)


async def test_an_agent_who_accepts_enters_the_conference_of_the_reservation(
    office: Office, twilio: Twilio
) -> None:
    _, reservation, leg = await asking(office)
    sid = "CA" + "b" * 32
    await twilio.ask(agent_path(leg, "answered"), sid)
    document = await twilio.ask(agent_path(leg, "choice"), sid, Digits="1")
    assert document.verbs == ["Say", "Dial"]
    assert document.one("Dial").attrib == {
        "action": f"{PUBLIC}/twilio/voice/over/{leg.id}",
        "method": "POST",
    }
    conference = document.one("Conference")
    assert conference.text == reservation.id
    assert conference.attrib["beep"] == "false"
    assert conference.attrib["startConferenceOnEnter"] == "true"
    assert conference.attrib["endConferenceOnExit"] == "true"
    assert set(conference.attrib["statusCallbackEvent"].split()) <= {
        "start", "end", "join", "leave", "mute", "hold", "modify", "speaker", "announcement",
    }  # fmt: skip
    assert conference.attrib["statusCallback"].startswith(
        f"{PUBLIC}/twilio/voice/status/conference/{reservation.id}#rc="
    )


@pytest.mark.parametrize(
    ("digits", "said", "then"),
    [("2", "Declined. Goodbye.", "Hangup"), ("7", "Press 1 to accept", "Redirect")],
)
async def test_an_agent_may_decline_or_err(
    office: Office, twilio: Twilio, digits: str, said: str, then: str
) -> None:
    _, _, leg = await asking(office)
    document = await twilio.ask(agent_path(leg, "choice"), "CA" + "b" * 32, Digits=digits)
    assert document.said.startswith(said)
    assert document.verbs[-1] == then


async def test_an_agent_without_a_language_of_ours_is_spoken_to_in_the_lines(
    office: Office, twilio: Twilio
) -> None:
    line = await office.line()
    agent = await office.agent(line, status=AgentStatus.RESERVED, languages=["xx"])
    callback = await office.owed(line, status=CallbackStatus.RESERVED)
    reservation = await office.reserved(agent, ReservationStatus.ASKING, callback)
    leg = await office.leg(reservation, LegRole.AGENT, agent.endpoint, LegStatus.PLACED)
    document = await twilio.ask(agent_path(leg, "answered"), "CA" + "b" * 32)
    assert document.said.startswith("A callback on Support")


async def test_an_agent_who_is_no_longer_needed_hears_a_word(
    office: Office, twilio: Twilio
) -> None:
    _, _, leg = await asking(office)
    document = await twilio.ask(agent_path(leg, "sorry"), "CA" + "b" * 32)
    assert document.verbs == ["Say", "Hangup"]


async def ringing(office: Office, name: str = "Support", **line: object) -> tuple[Callback, Leg]:
    """A person whose phone rings for a callback, with an agent who waits."""
    made = await office.line(name=name, **line)
    agent = await office.agent(made, status=AgentStatus.RESERVED)
    callback = await office.owed(made, status=CallbackStatus.DIALING, attempt_count=1)
    reservation = await office.reserved(agent, ReservationStatus.ACCEPTED, callback)
    leg = await office.leg(
        reservation, LegRole.PERSON, callback.phone_number, LegStatus.PLACED, call_sid=SID
    )
    return callback, leg


@pytest.mark.parametrize("name", NAMES)
async def test_a_person_hears_who_calls_and_is_asked_twice(
    office: Office, twilio: Twilio, name: str
) -> None:
    _, leg = await ringing(office, name)
    document = await twilio.ask(person_path(leg, "answered"), SID)
    assert document.said.startswith(
        f"Hello, this is {name}, calling because you asked us today at 1:00 AM to call you back."
    )
    assert document.verbs == ["Gather", "Redirect"]
    again = await twilio.ask(person_path(leg, "repeat"), SID)
    assert again.said == document.said
    assert again.verbs == ["Gather", "Hangup"]


async def test_a_person_who_wants_to_talk_comes_into_the_conference(
    office: Office, twilio: Twilio
) -> None:
    _, leg = await ringing(office)
    await twilio.ask(person_path(leg, "answered"), SID)
    document = await twilio.ask(person_path(leg, "choice"), SID, Digits="1")
    while document.verbs[-1] == "Redirect":
        document = await twilio.ask((document.one("Redirect").text or "").removeprefix(PUBLIC), SID)
    assert document.one("Conference").text == leg.reservation_id


async def test_a_person_may_cancel(office: Office, twilio: Twilio) -> None:
    callback, leg = await ringing(office)
    await twilio.ask(person_path(leg, "answered"), SID)
    document = await twilio.ask(person_path(leg, "choice"), SID, Digits="3")
    assert document.said == "Your callback is canceled. Goodbye."
    now = await office.again(callback)
    assert isinstance(now, Callback)
    assert now.status == CallbackStatus.CANCELED


@pytest.mark.parametrize(
    ("detection", "said", "verbs"),
    [
        ("on", "", ["Hangup"]),
        ("message", "call us at 4 1 5, 5 5 5, 0 1 0 0. Goodbye.", ["Say", "Hangup"]),
    ],
)
async def test_an_answering_machine_hears_what_the_line_wants_it_to(
    office: Office, twilio: Twilio, detection: str, said: str, verbs: list[str]
) -> None:
    _, leg = await ringing(office, machine_detection=detection)
    document = await twilio.ask(person_path(leg, "answered"), SID, AnsweredBy="machine_end_beep")
    assert document.said.endswith(said)
    assert document.verbs == verbs


async def test_a_repeated_request_for_a_machine_is_answered_with_the_same_message(
    office: Office, twilio: Twilio
) -> None:
    callback, leg = await ringing(office, machine_detection="message")
    first = await twilio.ask(person_path(leg, "answered"), SID, AnsweredBy="machine_end_beep")
    again = await twilio.ask(person_path(leg, "answered"), SID, AnsweredBy="machine_end_beep")
    assert (again.said, again.verbs) == (first.said, ["Say", "Hangup"])
    async with office.database.reading() as session:
        found = await session.exec(
            select(TimelineEntry.event).where(TimelineEntry.callback_id == callback.id)
        )
        assert list(found.all()).count("message_left") == 1


async def test_another_call_leaves_no_second_message(office: Office, twilio: Twilio) -> None:
    callback, leg = await ringing(office, machine_detection="message")
    async with office.database.transaction() as session:
        (await session.get_one(Callback, callback.id)).message_left_at = office.clock.now()
    document = await twilio.ask(person_path(leg, "answered"), SID, AnsweredBy="machine_end_beep")
    assert document.verbs == ["Hangup"]


async def test_the_end_of_a_conversation_is_polite_to_people_and_quick_for_agents(
    office: Office, twilio: Twilio
) -> None:
    _, leg = await ringing(office)
    over = await twilio.ask(addresses.OVER.format(leg_id=leg.id), SID)
    assert over.said == "Thank you. Goodbye."
    agents = await office.leg(
        await office.again(Reservation(id=leg.reservation_id)),  # type: ignore[arg-type]
        LegRole.AGENT,
        "+14155550200",
        LegStatus.ANSWERED,
    )
    over = await twilio.ask(addresses.OVER.format(leg_id=agents.id), "CA" + "b" * 32)
    assert over.verbs == ["Hangup"]


async def test_a_text_is_taken_and_not_replied_to(twilio: Twilio) -> None:
    document = await twilio.ask(addresses.MESSAGE, SID, Body="Call me <Dial>")
    assert document.verbs == []


async def test_a_withheld_number_is_asked_for(office: Office, twilio: Twilio) -> None:
    line = await office.line()
    await office.agent(line, status=AgentStatus.BUSY)
    await queued(twilio, From="anonymous")
    document = await twilio.ask(MENU.format(step="offer"), SID, Digits="1")
    assert "Please type your telephone number" in document.said


async def test_somebody_elses_call_is_not_brought_into_a_conference(
    office: Office, twilio: Twilio
) -> None:
    _, reservation, _ = await asking(office, "call")
    path = addresses.PULLED.format(reservation_id=reservation.id)
    document = await twilio.ask(path, "CA" + "c" * 32)
    assert document.all("Conference") == []


async def test_a_called_number_of_the_line_is_the_one_that_counts(
    office: Office, twilio: Twilio
) -> None:
    await office.line()
    other = await office.line(name="Sales", number="+14155550101")
    document = await twilio.ask(addresses.INCOMING, SID, To="+14155550101")
    assert document.one("Enqueue").text == f"line-{other.id}"
    assert LINE_NUMBER not in document.said
