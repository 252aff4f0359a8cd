"""Closed lines, holidays, numbers that lead nowhere, full queues, and promises at the edges of the day."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from callback.simulator.queue import DEFAULT_MAX_SIZE
from tests.acceptance.town import CALLER, LINE, PUBLIC, Town

WEEKDAYS = [{"day": day, "opens": "08:00", "closes": "18:00"} for day in range(5)]
CONNECT = {"choices": [{"hears": "connected"}], "talk_s": 10}


async def test_closed_line_says_when_it_opens_and_hangs_up(town: Town) -> None:
    town.clock.move_to(datetime(2026, 3, 3, 4, 30, tzinfo=UTC))  # half past eight on Monday evening
    await town.open(opening_hours=WEEKDAYS)
    await town.agent()
    sid = town.call()
    await town.play(minutes=1)
    assert town.heard(sid) == (
        "Thank you for calling Support. We are closed now. "
        "We open again tomorrow at 8:00 AM. Press 2 to choose a time for us to call you back. "
        "Or hang up, and call us when we are open."
    )
    (logged,) = (await town.api("GET", "/calls"))["items"]
    assert logged["outcome"] == "turned_away"
    await town.all_over()
    town.no_problems()


async def test_before_opening_the_hour_of_the_same_day_is_named(town: Town) -> None:
    town.clock.move_to(datetime(2026, 3, 3, 15, 0, tzinfo=UTC))
    await town.open(opening_hours=WEEKDAYS)
    sid = town.call()
    await town.play(minutes=1)
    assert "We open again today at 8:00 AM." in town.heard(sid)


async def test_over_the_weekend_the_day_is_named(town: Town) -> None:
    town.clock.move_to(datetime(2026, 3, 7, 18, 0, tzinfo=UTC))
    await town.open(opening_hours=WEEKDAYS)
    sid = town.call()
    await town.play(minutes=1)
    assert "We open again Monday 9 March at 8:00 AM." in town.heard(sid)


async def test_on_a_public_holiday_the_line_is_closed_whatever_the_weekday(town: Town) -> None:
    town.clock.move_to(datetime(2026, 7, 3, 18, 0, tzinfo=UTC))  # Independence Day, observed
    await town.open(opening_hours=WEEKDAYS, holidays_country="US")
    sid = town.call()
    await town.play(minutes=1)
    assert "We are closed now. We open again Monday 6 July at 8:00 AM." in town.heard(sid)


async def test_number_that_leads_to_no_line_says_so(town: Town) -> None:
    await town.open()
    stray = "+14155550109"
    town.exchange.set_number(stray, voice_url=f"{PUBLIC}/twilio/voice/incoming")
    sid = town.exchange.incoming_call(CALLER, stray).sid
    await town.play(minutes=1)
    assert town.heard(sid) == "This number is not in service. Goodbye."
    assert (await town.api("GET", "/calls"))["items"] == []
    town.no_problems()


async def test_caller_for_whom_the_queue_is_full_is_told_so(town: Town) -> None:
    await town.open()
    queue = town.exchange.queue_named(f"line-{town.line_id}", DEFAULT_MAX_SIZE)
    queue.max_size = 1
    town.call("+14155550101", patience_s=60)
    await town.play(minutes=0.2)
    sid = town.call()
    await town.play(minutes=2)
    assert "We are sorry, the line is full. Please call again later. Goodbye." in town.heard(sid)
    calls = (await town.api("GET", "/calls"))["items"]
    assert [call["outcome"] for call in calls] == ["abandoned", "turned_away"]
    await town.all_over()


async def test_nothing_is_promised_for_the_hours_after_closing(town: Town) -> None:
    town.clock.move_to(datetime(2026, 3, 3, 1, 50, tzinfo=UTC))  # ten to six
    await town.open(opening_hours=WEEKDAYS)
    await town.agent()
    town.call("+14155550101", talk_s=300)
    await town.play(minutes=0.3)
    sid = town.call(CALLER, "choose a time", "choose tomorrow", "confirm")
    await town.play(minutes=2)
    heard = town.heard(sid)
    assert "Press 1 to be called back" not in heard
    assert "We close today at 6:00 PM." in heard
    assert "choose today" not in heard
    assert "Press 1 to choose tomorrow between 8:00 AM and 8:15 AM." in heard
    assert (await town.only_callback())["promised_from"] == "2026-03-03T16:00:00Z"


async def test_just_before_closing_the_hour_is_told(town: Town) -> None:
    town.clock.move_to(datetime(2026, 3, 3, 1, 55, tzinfo=UTC))  # five to six
    await town.open(opening_hours=WEEKDAYS)
    await town.agent()
    town.call("+14155550101", talk_s=900)
    await town.play(minutes=0.3)
    sid = town.call(CALLER, patience_s=30)
    await town.play(minutes=1)
    assert "We close today at 6:00 PM, perhaps before your turn comes. Press 2" in town.heard(sid)


async def test_whoever_still_waits_when_the_last_agent_has_gone_is_told_and_let_go(
    town: Town,
) -> None:
    town.clock.move_to(datetime(2026, 3, 3, 1, 55, tzinfo=UTC))
    await town.open(opening_hours=WEEKDAYS)
    agent = await town.agent(answers="never")
    chooses = town.call(CALLER, "choose tomorrow", "confirm")
    gives_up = town.call("+14155550101")
    await town.play(minutes=1)
    await town.set_status(agent, "offline")
    await town.play(minutes=2)
    assert "Nobody is here to take calls just now" in town.heard(gives_up)
    await town.play(until=lambda: "We open again tomorrow" in town.heard(chooses))
    town.exchange.calls[chooses].press("2")
    await town.play(minutes=10)
    for sid in (chooses, gives_up):
        assert "We are closed now. We open again tomorrow at 8:00 AM." in town.heard(sid)
    assert town.heard(gives_up).endswith("Thank you for calling. Goodbye.")
    assert "You have our word." in town.heard(chooses)
    found = await town.only_callback()
    assert (found["phone_number"], found["promised_from"]) == (CALLER, "2026-03-03T16:00:00Z")
    calls = (await town.api("GET", "/calls"))["items"]
    assert {call["call_sid"]: call["outcome"] for call in calls} == {
        chooses: "promised",
        gives_up: "turned_away",
    }
    await town.all_over()
    town.no_problems()


async def test_whoever_waits_at_closing_is_served_as_long_as_somebody_is_there(town: Town) -> None:
    town.clock.move_to(datetime(2026, 3, 3, 1, 58, tzinfo=UTC))
    await town.open(opening_hours=WEEKDAYS)
    await town.agent()
    town.call("+14155550101", talk_s=400)
    await town.play(minutes=0.3)
    sid = town.call(CALLER, talk_s=10)
    await town.play(minutes=10)
    assert "Connecting you now." in town.heard(sid)
    assert "We are closed now." not in town.heard(sid)
    await town.all_over()


async def test_beyond_its_bounds_a_line_offers_times_only_and_takes_no_asap_from_any_door(
    town: Town,
) -> None:
    await town.open(offer_up_to_waiting=1, announce_every_seconds=60)
    await town.agent()
    town.call("+14155550101", talk_s=900)
    await town.play(minutes=0.3)
    sids = []
    for number in ("+14155550102", "+14155550103", CALLER):
        sids.append(town.call(number, patience_s=40))
        await town.play(minutes=0.05)
    await town.play(minutes=0.3)
    overload = "More people are waiting than we can promise to call back in their turn. Press 2"
    assert [overload in town.heard(sid) for sid in sids] == [False, False, True]
    assert "Press 1 to be called back" not in town.heard(sids[2])
    wish = {"line_id": town.line_id, "phone_number": CALLER}
    assert (await town.api("POST", "/callbacks", 409, json=wish))["rule"] == "overload"
    await town.play(minutes=20)


async def test_callback_promised_before_closing_is_still_made_after_it_within_its_window(
    town: Town,
) -> None:
    town.clock.move_to(datetime(2026, 3, 3, 1, 40, tzinfo=UTC))
    await town.open(opening_hours=WEEKDAYS)
    await town.agent()
    busy = town.call("+14155550101")
    await town.play(minutes=0.3)
    sid = town.call(CALLER, "called back", "confirm")
    town.person(CALLER, **CONNECT)
    await town.play(minutes=1)
    assert "within about 15 minutes" in town.heard(sid)
    await town.play(minutes=13)
    town.hang_up(busy)
    await town.play(minutes=3)
    done = await town.only_callback()
    assert (done["status"], done["promise_kept"]) == ("completed", True)


async def test_retry_that_falls_due_after_closing_waits_until_the_line_opens(town: Town) -> None:
    town.clock.move_to(datetime(2026, 3, 3, 1, 40, tzinfo=UTC))
    await town.open(opening_hours=WEEKDAYS, retry_after_seconds={"busy": [1800]})
    await town.agent()
    town.person(CALLER, answers="busy", answers_next=[{"after_s": 2}], **CONNECT)
    await town.ask()
    await town.play(minutes=60)
    waiting = await town.only_callback()
    assert waiting["status"] == "waiting"
    assert len(town.calls_to(CALLER)) == 1
    opening = datetime(2026, 3, 3, 16, 0, tzinfo=UTC)
    town.clock.move_to(opening - timedelta(seconds=3))
    await town.play(minutes=2, sweeping=True)
    done = await town.only_callback()
    assert done["status"] == "completed"
    second = town.calls_to(CALLER)[1]
    assert opening <= second.created_at < opening + timedelta(seconds=20)
    assert town.calls_to(LINE) == []
