"""Agents accept at the desk, together with the phone’s keys, whoever is first; and what they promise next."""

from __future__ import annotations

import asyncio
import re

import httpx
import pytest

from callback.agents.agent import Agent
from callback.desk.view import UNFINISHED_FOR
from callback.keys import Role
from callback.people.members import create_user
from callback.people.session import open_session
from tests.acceptance.test_menu import full_house
from tests.acceptance.town import CALLER, PUBLIC, Town

QUIET = {"choices": []}
HERE = re.compile(r'action="/desk/([0-9a-f]{32})/([a-z-]+)"')


class DeskOf:
    """A browser at an agent's desk."""

    def __init__(self, town: Town, agent_id: str) -> None:
        self.town, self.agent_id = town, agent_id
        self.web = httpx.AsyncClient(transport=httpx.ASGITransport(town.app), base_url=PUBLIC)
        self.secret = ""

    async def open(self, role: Role = Role.AGENT) -> DeskOf:
        async with self.town.runtime.work() as work:
            agent = await work.session.get_one(Agent, self.agent_id)
            self.user = await create_user(
                work, f"{agent.id}@example.com", agent.name, role, agent_id=agent.id
            )
        await self.sign_in()
        return self

    async def sign_in(self) -> None:
        async with self.town.runtime.work() as work:
            session, secret = open_session(work.session, self.user, work.now)
        self.secret = session.form_secret
        self.web.cookies.set("__Host-callback", secret)

    async def page(self) -> str:
        answer = await self.web.get("/desk")
        assert answer.status_code == 200, answer.text
        return answer.text

    async def offered(self) -> str:
        """The reservation that the page offers something about."""
        found = HERE.search(await self.page())
        assert found is not None, await self.page()
        return found[1]

    async def do(self, what: str, reservation: str = "", expect: int = 303, **fields: str) -> str:
        reservation = reservation or await self.offered()
        sent = {"form_secret": self.secret} | fields
        answer = await self.web.post(f"/desk/{reservation}/{what}", data=sent)
        assert answer.status_code == expect, (what, answer.status_code, answer.text)
        return answer.text


@pytest.fixture
async def desk(town: Town) -> DeskOf:
    """The desk of an agent who answers her phone and presses nothing."""
    await town.open()
    return await DeskOf(town, await town.agent(**QUIET)).open()


def phase(page: str) -> str:
    found = re.search(r'data-phase="([a-z_]+)"', page)
    return found[1] if found else ""


async def until_phase(town: Town, desk: DeskOf, wanted: str) -> str:
    for _ in range(60):
        await town.play(minutes=1 / 60)
        page = await desk.page()
        if phase(page) == wanted:
            return page
    raise AssertionError(f"never {wanted}: {phase(page)}")


async def test_a_callback_accepted_while_the_phone_rings_needs_no_key(
    town: Town, desk: DeskOf
) -> None:
    town.person(CALLER, answers={"after_s": 3}, choices=[{"hears": "connected"}])
    await town.ask()
    page = await until_phase(town, desk, "ringing")
    assert CALLER not in page
    assert "•" in page or "*" in page
    await desk.do("accept")
    # The phone has not been picked up yet, so nobody is dialled.
    assert phase(await desk.page()) == "picking_up"
    assert town.calls_to(CALLER) == []
    page = await until_phase(town, desk, "talking")
    assert CALLER in page
    assert "Press 1" not in town.heard_at(desk.agent_id)[0]
    await desk.do("hang-up")
    await town.play(minutes=2)
    assert (await town.only_callback())["status"] == "completed"
    await town.all_over()


async def test_accepting_after_picking_up_brings_her_in_at_once(town: Town, desk: DeskOf) -> None:
    town.person(CALLER, answers={"after_s": 3}, choices=[{"hears": "connected"}])
    await town.ask()
    await until_phase(town, desk, "ringing")
    await town.play(minutes=4 / 60)
    await desk.do("accept")
    await until_phase(town, desk, "talking")
    assert len(town.calls_to(CALLER)) == 1
    await desk.do("hang-up")
    await town.play(minutes=2)
    await town.all_over()


async def test_a_live_caller_is_accepted_at_the_desk(town: Town, desk: DeskOf) -> None:
    call = town.call(CALLER)
    await until_phase(town, desk, "ringing")
    await desk.do("accept")
    await until_phase(town, desk, "talking")
    assert "Connecting you now" in town.heard(call)
    await desk.do("hang-up")
    await town.play(minutes=2)
    await town.all_over()


async def test_declining_at_the_desk_goes_to_the_next_agent(town: Town, desk: DeskOf) -> None:
    town.person(CALLER, answers={"after_s": 3}, choices=[{"hears": "connected"}], talk_s=20)
    await town.ask()
    await until_phase(town, desk, "ringing")
    other = await town.agent()
    await desk.do("decline")
    await town.play(minutes=5)
    assert (await town.only_callback())["status"] == "completed"
    assert len(town.calls_to(town.phones[other])) == 1


async def test_two_browsers_that_accept_and_decline_at_once_do_not_both_win(
    town: Town, desk: DeskOf
) -> None:
    town.person(CALLER, answers={"after_s": 3}, choices=[{"hears": "connected"}])
    await town.ask()
    await until_phase(town, desk, "ringing")
    await town.play(minutes=4 / 60)
    reservation = await desk.offered()
    answers = await asyncio.gather(
        *(
            desk.web.post(f"/desk/{reservation}/{what}", data={"form_secret": desk.secret})
            for what in ("accept", "decline", "accept", "decline")
        )
    )
    codes = sorted(answer.status_code for answer in answers)
    accepted = phase(await desk.page()) in {"connecting", "talking"}
    assert codes == ([303, 303, 409, 409] if accepted else [303, 409, 409, 409])
    # Whoever lost is told so, and a page that is loaded anew shows what is true.
    assert all("too late" in answer.text for answer in answers if answer.status_code == 409)


async def test_a_key_and_a_click_at_once_make_one_conversation(town: Town) -> None:
    await town.open()
    agent_id = await town.agent()  # she presses 1
    desk = await DeskOf(town, agent_id).open()
    town.person(CALLER, answers={"after_s": 3}, choices=[{"hears": "connected"}])
    await town.ask()
    await until_phase(town, desk, "ringing")
    reservation = await desk.offered()
    for _ in range(6):
        await desk.web.post(f"/desk/{reservation}/accept", data={"form_secret": desk.secret})
        await town.play(minutes=1 / 60)
    await until_phase(town, desk, "talking")
    assert len(town.calls_to(CALLER)) == 1
    await desk.do("hang-up")
    await town.play(minutes=2)
    await town.all_over()


async def test_a_follow_up_is_promised_and_kept_by_the_same_machinery(
    town: Town, desk: DeskOf
) -> None:
    town.person(CALLER, answers={"after_s": 3}, choices=[{"hears": "connected", "times": 9}])
    await town.ask()
    await until_phase(town, desk, "ringing")
    await desk.do("accept")
    await until_phase(town, desk, "talking")
    await desk.do("note", text="Wants the blue one.")
    reservation = await desk.offered()
    await desk.do("wrap-up", reservation, 409, disposition="resolved")  # still talking
    await desk.do("hang-up")
    await town.settle()
    fields = {
        "disposition": "unresolved",
        "text": "Will ask at home.",
        "day": "2026-03-03",
        "time": "12:30",
        "time_zone": "America/New_York",
        "owner": "me",
    }
    assert "choose an outcome" in await desk.do(
        "wrap-up", reservation, 422, **fields | {"disposition": "x"}
    )
    past = await desk.do("wrap-up", reservation, 422, **fields | {"day": "2026-03-01"})
    assert "the time is past" in past
    assert 'value="12:30"' in past
    assert "what was agreed" in await desk.do(
        "wrap-up", reservation, 422, **fields, complaint="yes"
    )
    agreed = {"complaint": "yes", "resolution": "A refund of 10 euros", "tell": "yes"}
    await desk.do("wrap-up", reservation, **fields | agreed)
    await desk.do("wrap-up", reservation, 409, **fields)
    promised = (await town.callbacks(status="scheduled"))[0]
    assert promised["promised_from"].startswith("2026-03-03T17:30:00")
    assert promised["phone_number"] == CALLER
    page = await desk.page()
    assert "for me" in page
    assert "priority" in page
    page = await until_phase_in(town, desk, "ringing", hours=27)
    for words in ("Wants the blue one.", "Will ask at home.", "A refund of 10 euros", "Complaint"):
        assert words in page
    await desk.do("accept")
    await until_phase(town, desk, "talking")
    assert next(each for each in await town.callbacks() if each["id"] == promised["id"])[
        "promise_kept"
    ]


async def until_phase_in(town: Town, desk: DeskOf, wanted: str, hours: int) -> str:
    """Let hours pass until something is offered, then look."""
    before = len(town.calls_to(town.phones[desk.agent_id]))
    await town.play(
        minutes=hours * 60,
        until=lambda: len(town.calls_to(town.phones[desk.agent_id])) > before,
    )
    await desk.sign_in()
    page = await desk.page()
    assert phase(page) == wanted
    return page


async def test_another_agents_reservation_is_nobody_elses_business(
    town: Town, desk: DeskOf
) -> None:
    eve = await DeskOf(town, await town.agent(status="offline")).open()
    town.person(CALLER, answers={"after_s": 3}, choices=[{"hears": "connected"}])
    await town.ask()
    await until_phase(town, desk, "ringing")
    reservation = await desk.offered()
    for what in ("accept", "decline", "hang-up", "note", "wrap-up"):
        await eve.do(what, reservation, 404, text="x", disposition="resolved")
    assert phase(await desk.page()) == "ringing"


async def test_silence_is_no_acceptance(town: Town, desk: DeskOf) -> None:
    await town.ask()
    await until_phase(town, desk, "ringing")
    await town.play(minutes=2)
    assert town.calls_to(CALLER) == []
    assert (await town.only_callback())["status"] == "waiting"


async def three_talk(town: Town, desk: DeskOf) -> tuple[DeskOf, str]:
    """A supervisor’s desk and the reservation, once agent, person and supervisor talk."""
    town.person(CALLER, answers={"after_s": 3}, choices=[{"hears": "connected"}])
    await town.ask()
    await until_phase(town, desk, "ringing")
    await desk.do("accept")
    await until_phase(town, desk, "talking")
    reservation = await desk.offered()
    told = await desk.do("supervisor", reservation, 409)
    assert "No supervisor is available" in told
    enters = {"choices": [{"hears": "enter", "times": 9}]}
    above = await DeskOf(town, await town.agent(**enters)).open(Role.SUPERVISOR)
    await desk.do("hand-over", reservation, 409)  # nobody is there yet
    await desk.do("supervisor", reservation)
    await desk.do("supervisor", reservation, 409)  # once is enough
    assert "A supervisor is being called" in await desk.page()
    await town.play(minutes=20 / 60)
    assert "/hand-over" in await desk.page()
    return above, reservation


async def test_a_conversation_is_handed_over_to_a_supervisor_and_goes_on(
    town: Town, desk: DeskOf
) -> None:
    above, reservation = await three_talk(town, desk)
    person, agent = (town.calls_to(number)[0] for number in (CALLER, town.phones[desk.agent_id]))
    await desk.do("hand-over", reservation)
    await town.play(minutes=1)
    assert agent.ended
    assert not person.ended
    assert await town.status_of(desk.agent_id) == "available"
    assert await town.status_of(above.agent_id) == "busy"
    assert phase(await desk.page()) == ""
    assert phase(await above.page()) == "talking"
    await desk.do("hang-up", reservation, 404)  # it is no longer hers
    await above.do("hang-up", reservation)
    await town.play(minutes=2)
    assert person.ended
    callback = await town.only_callback()
    assert callback["status"] == "completed"
    assert "handed_over" in [entry["event"] for entry in callback["timeline"]]
    await above.do("wrap-up", reservation, disposition="resolved")
    await town.all_over()


async def test_a_person_who_hangs_up_after_the_hand_over_ends_it_for_all(
    town: Town, desk: DeskOf
) -> None:
    above, reservation = await three_talk(town, desk)
    await desk.do("hand-over", reservation)
    await town.play(minutes=1)
    town.hang_up(town.calls_to(CALLER)[0].sid)
    await town.play(minutes=2)
    assert (await town.only_callback())["status"] == "completed"
    assert await town.status_of(above.agent_id) == "available"
    await town.all_over()


async def test_what_was_said_after_the_tone_is_played_to_whoever_has_accepted(town: Town) -> None:
    await full_house(town, takes_notes=True)
    town.call(CALLER, "called back", "confirm", records_s=6)
    await town.play(minutes=2)
    town.person(CALLER, answers={"after_s": 3}, choices=[{"hears": "connected"}])
    desk = await DeskOf(town, await town.agent(**QUIET)).open()
    eve = await DeskOf(town, await town.agent(status="offline")).open(Role.SUPERVISOR)
    assert "<audio" not in await until_phase(town, desk, "ringing")
    reservation = await desk.offered()
    path = f"/desk/{reservation}/recording"
    assert (await desk.web.get(path)).status_code == 404
    await desk.do("accept")
    page = await until_phase(town, desk, "talking")
    assert f'<audio controls preload="none" src="{path}"' in page
    assert "What was said after the tone" in page
    heard = await desk.web.get(path)
    assert (heard.status_code, heard.headers["content-type"]) == (200, "audio/wav")
    assert heard.headers["cache-control"] == "private, no-store"
    assert len(heard.content) > 6 * 8_000
    some = await desk.web.get(path, headers={"Range": "bytes=4-11"})
    assert (some.status_code, some.content) == (206, heard.content[4:12])
    assert (await eve.web.get(path)).status_code == 404
    story = f"/callbacks/{(await town.only_callback())['id']}"
    shown = (await eve.web.get(story)).text
    assert f'src="{story}/recording"' in shown
    assert "Something was said after the tone" in shown
    assert (await eve.web.get(f"{story}/recording")).content == heard.content
    assert (await desk.web.get(f"{story}/recording")).status_code == 403
    await desk.do("hang-up")
    await town.play(minutes=1)
    assert f'src="{path}"' in await desk.page()
    assert (await desk.web.get(path)).content == heard.content
    town.clock.move_to(town.clock.now() + UNFINISHED_FOR)
    await desk.sign_in()
    assert (await desk.web.get(path)).status_code == 404


async def test_a_call_from_a_live_caller_has_nothing_to_be_played(town: Town, desk: DeskOf) -> None:
    town.call(CALLER)
    await until_phase(town, desk, "ringing")
    reservation = await desk.offered()
    await desk.do("accept")
    assert "<audio" not in await until_phase(town, desk, "talking")
    assert (await desk.web.get(f"/desk/{reservation}/recording")).status_code == 404


@pytest.mark.both_databases
async def test_answers_to_the_survey_are_shown_with_what_was_before(town: Town) -> None:
    await town.open(survey="voice")
    desk = await DeskOf(town, await town.agent(talk_s=20)).open(Role.SUPERVISOR)
    rates = [{"hears": "we helped you"}, {"hears": "rate us", "presses": "4"}]
    town.person(CALLER, choices=[{"hears": "be connected"}, *rates], talk_s=600)
    owed = await town.ask()
    await town.play(minutes=10, sweeping=1)
    story = (await desk.web.get(f"/callbacks/{owed}")).text
    for text in (await desk.page(), story):
        assert "We helped" in text
        assert "4 of 5" in text
