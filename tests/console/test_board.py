"""The supervisor's board: what it shows of each line, and what can be done from it."""

from __future__ import annotations

from datetime import timedelta

from callback.agents.presence import AgentStatus
from callback.dialing.leg import Leg, LegRole, LegStatus, Listening
from callback.dialing.reservation import Reservation, ReservationStatus
from callback.keys import Role
from callback.lines.line import Line
from callback.people.members import create_user
from callback.promises.lifecycle import CallbackStatus
from tests.console.conftest import Console


async def conversation(console: Console, line: Line) -> Reservation:
    office = console.office
    agent = await office.agent(line, name="Ada Talks", status=AgentStatus.BUSY)
    owed = await office.owed(line, 5, status=CallbackStatus.CONNECTED, promise_kept=True)
    talk = await office.reserved(agent, ReservationStatus.CONNECTED, owed)
    async with office.database.transaction() as session:
        (await session.get_one(Reservation, talk.id)).connected_at = office.clock.now()
    await office.leg(
        talk, LegRole.AGENT, agent.endpoint, LegStatus.ANSWERED, call_sid="CA" + "7" * 32
    )
    return talk


async def test_each_line_shows_how_it_stands_and_promises_in_danger_come_first(
    console: Console,
) -> None:
    office = console.office
    line = await office.line(name="Support <b>")
    await office.line(name="Sales", number="+14155550101")
    await office.agent(line)
    await office.caller(line)
    await office.owed(line, promised_until=office.clock.now() + timedelta(minutes=2))
    visit = await console.signed_in(Role.SUPERVISOR)
    for path in ("/board", "/board/wall"):
        text = (await visit.get(path)).text
        assert "Support &lt;b&gt;" in text
        assert "Sales" in text
        assert "1 in danger" in text
        assert "+14155552000" in text
        assert 'data-watch="line call callback agent' in text
    await visit.get("/board")


async def test_without_lines_the_board_says_so(console: Console) -> None:
    visit = await console.signed_in(Role.SUPERVISOR)
    assert "There is no line yet." in (await visit.get("/board")).text


async def test_a_line_is_paused_and_goes_on(console: Console) -> None:
    line = await console.office.line()
    visit = await console.signed_in(Role.SUPERVISOR)
    await visit.get("/board")
    for paused in ("true", "false"):
        await visit.post(f"/board/lines/{line.id}/pause", paused=paused)
        row = await console.office.again(line)
        assert isinstance(row, Line)
        assert row.paused is (paused == "true")
        assert ("Resume dialling" in (await visit.get("/board")).text) is row.paused


async def test_supervisor_with_a_desk_comes_into_a_conversation_changes_over_and_leaves(
    console: Console,
) -> None:
    office = console.office
    line = await office.line()
    talk = await conversation(console, line)
    own = await office.agent(line, 9, name="Sue", status=AgentStatus.AWAY)
    async with office.runtime.work() as work:
        user = await create_user(work, "sue@example.com", "Sue", Role.SUPERVISOR, agent_id=own.id)
    visit = await console.signed_in(user=user)
    assert "Ada Talks" in (await visit.get("/board")).text
    await visit.post(f"/board/conversations/{talk.id}", mode="listen")
    async with office.database.reading() as session:
        legs = (await session.exec(Leg.__table__.select())).all()  # type: ignore[attr-defined]
    (mine,) = [leg for leg in legs if leg.role == LegRole.SUPERVISOR]
    assert (mine.agent_id, mine.mode) == (own.id, Listening.LISTEN)
    assert f'name="leg_id" value="{mine.id}"' in (await visit.get("/board")).text
    await visit.post(f"/board/conversations/{talk.id}", mode="whisper", leg_id=mine.id)
    row = await office.again(Leg(id=mine.id))
    assert isinstance(row, Leg)
    assert row.mode == Listening.WHISPER
    await visit.post(f"/board/conversations/{talk.id}/leave", leg_id=mine.id)
    row = await office.again(Leg(id=mine.id))
    assert isinstance(row, Leg)
    assert row.status == LegStatus.ENDED


async def test_without_a_desk_nobody_listens_in(console: Console) -> None:
    talk = await conversation(console, await console.office.line())
    visit = await console.signed_in(Role.SUPERVISOR)
    assert "your account needs a desk" in (await visit.get("/board")).text
    await visit.post(f"/board/conversations/{talk.id}", 403, mode="listen")
    await visit.post(f"/board/conversations/{talk.id}", 422, mode="shout")
