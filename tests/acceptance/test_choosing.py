"""A time chosen by keypad in every way, what it is about, questions answered, and a line that is closed."""

from __future__ import annotations

from datetime import UTC, datetime

from tests.acceptance.test_menu import full_house
from tests.acceptance.town import CALLER, Town

WEEKDAYS = [{"day": day, "opens": "08:00", "closes": "18:00"} for day in range(5)]
CONNECT = {"choices": [{"hears": "connected"}], "talk_s": 10}


async def promised(town: Town) -> tuple[str, str]:
    found = await town.only_callback()
    return str(found["kind"]), str(found["promised_from"])


async def test_a_typed_time_is_promised_and_kept(town: Town) -> None:
    await full_house(town)
    typed = {"hears": "four digits", "presses": "0230"}
    wishes = ["choose a time", "type a time", "afternoon", "confirm"]
    choices = [{"hears": wish} for wish in wishes]
    sid = town.call(choices=[*choices[:2], typed, *choices[2:]])
    town.person(CALLER, **CONNECT)
    await town.play(minutes=3)
    assert "We will call you back today between 2:30 PM and 2:45 PM" in town.heard(sid)
    assert await promised(town) == ("scheduled", "2026-03-02T22:30:00Z")
    await town.play(minutes=5 * 60)
    done = await town.only_callback()
    assert (done["status"], done["promise_kept"]) == ("completed", True)
    town.no_problems()


async def test_another_day_is_chosen_by_its_key(town: Town) -> None:
    await full_house(town, opening_hours=WEEKDAYS)
    wishes = ["choose a time", "another day", "choose tomorrow", "choose tomorrow", "confirm"]
    sid = town.call(CALLER, *wishes)
    await town.play(minutes=3)
    assert "Press 2 to choose Wednesday 4 March." in town.heard(sid)
    assert await promised(town) == ("scheduled", "2026-03-03T16:00:00Z")
    town.no_problems()


async def test_more_times_are_read_after_the_first(town: Town) -> None:
    await full_house(town)
    more = [{"hears": "choose a time"}, {"hears": "more times"}]
    third = {"hears": "Press 1 to choose today between 11:", "presses": "3"}
    sid = town.call(choices=[*more, third, {"hears": "confirm"}])
    await town.play(minutes=4)
    kind, start = await promised(town)
    assert kind == "scheduled"
    assert datetime.fromisoformat(start) >= datetime(2026, 3, 2, 19, 15, tzinfo=UTC)
    assert "You have our word." in town.heard(sid)


async def test_somebody_elsewhere_hears_both_clocks(town: Town) -> None:
    await full_house(town)
    sid = town.call("+12125550133", "choose a time", patience_s=45)
    await town.play(minutes=2)
    assert "PM your time, 10:" in town.heard(sid) or "PM your time, 11:" in town.heard(sid)


async def test_the_agent_hears_what_it_is_about(town: Town) -> None:
    await full_house(town, reasons=["billing", "a repair"])
    sid = town.call(CALLER, "called back", "a repair", "confirm")
    town.person(CALLER, **CONNECT)
    await town.play(minutes=25)
    assert "Press 2 to speak about a repair." in town.heard(sid)
    found = await town.only_callback()
    assert (found["reason"], found["status"]) == ("a repair", "completed")
    offers = [said for phone in town.phones.values() for said in town.heard_at(phone)]
    assert any("A callback on Support." in said for said in offers)
    town.no_problems()


async def test_questions_are_answered_while_the_place_is_kept(town: Town) -> None:
    answers = [{"title": "opening hours", "text": "We are open from nine to five."}]
    await full_house(town, answers=answers)
    sid = town.call(CALLER, "common questions", "opening hours", "go back", patience_s=90)
    await town.play(minutes=2)
    heard = town.heard(sid)
    assert "We are open from nine to five." in heard
    assert "You are back in line, in your old place." in heard
    calls = (await town.api("GET", "/calls"))["items"]
    (logged,) = (call for call in calls if call["call_sid"] == sid)
    assert logged["outcome"] == "abandoned"


async def test_out_of_hours_a_time_is_promised_and_kept(town: Town) -> None:
    town.clock.move_to(datetime(2026, 3, 3, 4, 30, tzinfo=UTC))  # Monday, half past eight at night
    await town.open(opening_hours=WEEKDAYS)
    await town.agent()
    sid = town.call(CALLER, "choose a time", "choose tomorrow", "confirm")
    town.person(CALLER, **CONNECT)
    await town.play(minutes=3)
    heard = town.heard(sid)
    assert "We open again tomorrow at 8:00 AM." in heard
    assert "You have our word." in heard
    assert await promised(town) == ("scheduled", "2026-03-03T16:00:00Z")
    (logged,) = (await town.api("GET", "/calls"))["items"]
    assert logged["outcome"] == "promised"
    await town.play(minutes=13 * 60)
    done = await town.only_callback()
    assert (done["status"], done["promise_kept"]) == ("completed", True)
    await town.all_over()
    town.no_problems()


async def test_a_special_day_goes_before_weekday_and_holiday(town: Town) -> None:
    closed = [{"date": "2026-03-02", "opens": None, "closes": None}]
    await town.open(opening_hours=WEEKDAYS, special_days=closed)
    sid = town.call()
    await town.play(minutes=1)
    assert "We are closed now. We open again tomorrow at 8:00 AM." in town.heard(sid)


async def test_offers_come_only_with_a_long_line_and_not_every_time(town: Town) -> None:
    await full_house(town, offer_when_waiting=1, offer_every=3, say_position=True)
    first = town.call("+14155550131", patience_s=100)
    await town.play(minutes=0.05)
    second = town.call("+14155550132", patience_s=100)
    await town.play(minutes=2)
    assert "Press 1" not in town.heard(first)
    heard = town.heard(second)
    assert "You are number 2 in line." in heard
    assert heard.count("Your wait is") > heard.count("Press 1 to be called back") >= 1
