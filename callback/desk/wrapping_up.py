"""Use cases: write a note, and wrap a conversation up: its outcome, and perhaps the next promise."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from callback.agents.agent import Agent
from callback.agents.presence import AgentStatus
from callback.desk.answering import own_case
from callback.desk.record import ContactNote, Outcome, WrapUp
from callback.dialing.case import Case
from callback.dialing.conversation import vouch
from callback.dialogue.notices import Purpose, agreed
from callback.errors import IllegalTransition, InvalidInput, NotFound
from callback.ids import new_id
from callback.jobs import JobName
from callback.lines.hours import instant_of, known_zone, wall_minute
from callback.lines.line import Line
from callback.promises.callback import Callback
from callback.promises.requesting import Request, request_callback
from callback.promises.texting import write_text
from callback.promises.windows import window_from
from callback.runtime import Work

COMPLAINT_PRIORITY = 5
MORE_TIME = timedelta(minutes=1)
LONGEST_WRAP_UP = timedelta(minutes=15)


@dataclass(frozen=True)
class FollowUp:
    """A promise to call again, as agent and person agreed on it: a wall time somewhere, by her or anyone."""

    day: str
    time: str
    time_zone: str
    mine: bool

    def starts_at(self) -> datetime:
        """Return the instant that was agreed; a skipped wall time moves forward, a repeated one is the first.

        Raises:
            InvalidInput: there is no such day, time or zone.

        """
        if not known_zone(self.time_zone):
            raise InvalidInput("time_zone", f"{self.time_zone!r} is no zone such as Europe/Berlin")
        try:
            day = date.fromisoformat(self.day)
        except ValueError as error:
            raise InvalidInput("day", f"{self.day!r} is no date such as 2026-12-24") from error
        return instant_of(day, wall_minute(self.time), ZoneInfo(self.time_zone))


@dataclass(frozen=True)
class Conclusion:
    """What an agent says of a conversation when it is over."""

    disposition: str
    note: str = ""
    complaint: bool = False
    resolution: str = ""
    tell_by_text: bool = False
    follow_up: FollowUp | None = None


def outcomes_of(line: Line) -> list[str]:
    """Return the outcomes to choose from: the line's own, else ours."""
    return list(line.dispositions) or [outcome.value for outcome in Outcome]


def number_of(case: Case) -> str | None:
    """Return the number of the person of a case, if it is known."""
    if case.callback is not None:
        return case.callback.phone_number
    return case.call.phone_number if case.call is not None else None


async def write_note(work: Work, reservation_id: str, agent_id: str, text: str) -> None:
    """Add a note to a conversation, while it lasts or later.

    Raises:
        InvalidInput: it is empty or too long.

    """
    _add_note(work, await own_case(work, reservation_id, agent_id), text)


def _add_note(work: Work, case: Case, text: str) -> None:
    text = text.strip()
    if not 1 <= len(text) <= 2000:
        raise InvalidInput("note", "takes 1 to 2000 characters")
    work.session.add(
        ContactNote(
            id=new_id(work.now),
            reservation_id=case.reservation.id,
            line_id=case.line.id,
            agent_id=case.agent.id,
            phone_number=number_of(case),
            at=work.now,
            text=text.replace("\x00", ""),
        )
    )


async def wrap_up(work: Work, reservation_id: str, agent_id: str, conclusion: Conclusion) -> WrapUp:
    """Write the outcome down, once, promise the next call if one was agreed, and end the agent's wrap-up.

    Raises:
        IllegalTransition: it is still going on, nobody was reached, or it was wrapped up already.
        InvalidInput: an outcome that the line does not have, or a time that cannot be meant.
        PromiseRefused: the next call cannot be promised; nothing is written down.

    """
    case = await own_case(work, reservation_id, agent_id)
    if not case.ended or case.reservation.connected_at is None:
        raise IllegalTransition("conversation", case.reservation.status, "be wrapped up")
    if await work.session.get(WrapUp, reservation_id) is not None:
        raise IllegalTransition("conversation", "wrapped up", "be wrapped up again")
    _check(case.line, conclusion)
    # Else the call that is just ending would stand in the way of the next one.
    await vouch(case)
    follow_up = await _promise(work, case, conclusion)
    if conclusion.note.strip():
        _add_note(work, case, conclusion.note)
    done = WrapUp(
        reservation_id=reservation_id,
        line_id=case.line.id,
        agent_id=agent_id,
        phone_number=number_of(case),
        at=work.now,
        disposition=conclusion.disposition,
        complaint=conclusion.complaint,
        resolution=conclusion.resolution.strip(),
        follow_up_id=follow_up.id if follow_up is not None else None,
    )
    work.session.add(done)
    if conclusion.tell_by_text and done.resolution:
        _tell(work, case, done.resolution)
    if case.callback is not None:
        case.callback.note("wrapped_up", work.now, conclusion.disposition)
    if case.agent.status == AgentStatus.WRAP_UP:
        case.agent.end_wrap_up(work.now)
        work.wake(JobName.DISPATCH)
    return done


def _check(line: Line, conclusion: Conclusion) -> None:
    if conclusion.disposition not in outcomes_of(line):
        raise InvalidInput("disposition", "choose one of the outcomes of this line")
    if conclusion.complaint and not conclusion.resolution.strip():
        raise InvalidInput("resolution", "say what was agreed about the complaint")
    if len(conclusion.resolution) > 500:
        raise InvalidInput("resolution", "takes at most 500 characters")


async def _promise(work: Work, case: Case, conclusion: Conclusion) -> Callback | None:
    follow_up, number = conclusion.follow_up, number_of(case)
    if follow_up is None:
        return None
    if number is None:
        raise InvalidInput("follow_up", "the person's number is not known")
    window = window_from(case.line, follow_up.starts_at(), work.now)
    if window is None:
        raise InvalidInput(
            "follow_up", "is past or too far off, or the line is not open for the whole window"
        )
    contact = case.callback or case.call
    request = Request(
        number,
        contact.language if contact is not None else case.line.language,
        window,
        reason=case.callback.reason if case.callback is not None else None,
        priority=COMPLAINT_PRIORITY if conclusion.complaint else 0,
        preferred_agent_id=case.agent.id if follow_up.mine else None,
        channel="desk",
    )
    return await request_callback(work, case.line, request)


def _tell(work: Work, case: Case, resolution: str) -> None:
    number = number_of(case)
    if number is not None:
        contact = case.callback or case.call
        language = contact.language if contact is not None else case.line.language
        says = agreed(case.line.name, resolution)
        write_text(work, case.line, number, language, Purpose.AGREED, says)


async def take_more_time(work: Work, agent_id: str) -> Agent:
    """Lengthen the agent's wrap-up by a minute, up to a quarter of an hour in all.

    Raises:
        NotFound: there is no such agent.
        IllegalTransition: she is not wrapping up.

    """
    agent = await work.session.get(Agent, agent_id, with_for_update=True)
    if agent is None:
        raise NotFound("agent", agent_id)
    if agent.status != AgentStatus.WRAP_UP or agent.wrap_up_until is None:
        raise IllegalTransition("agent", agent.status, "take more time")
    agent.wrap_up_until = min(agent.wrap_up_until + MORE_TIME, agent.status_since + LONGEST_WRAP_UP)
    work.wake(JobName.DISPATCH, at=agent.wrap_up_until)
    return agent
