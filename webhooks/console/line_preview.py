"""What callers would hear with certain settings: told by the very decisions of the telephone, on an example."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from callback.calls.call import CallStatus
from callback.calls.waiting_calls import WaitingCall
from callback.dialogue import arrival_steps, steps
from callback.dialogue.choice import Decision, Step
from callback.dialogue.number_steps import spoken_number
from callback.dialogue.sentences import Speaker
from callback.dialogue.turn import Turn
from callback.lines.hours import Opening, is_open, openings_from
from callback.lines.line import Line
from callback.phone import parse_number
from callback.promises.board import Board
from webhooks.voice.menu_facts import facts_of

AHEAD, AGENTS = 6, 2
"""How many wait before the caller of the example, and how many agents are at work, all of them talking."""
MOST_KEYS = 6


@dataclass(frozen=True)
class Spoken:
    """One line of the transcript: what is said, or the key that the caller presses."""

    text: str = ""
    key: str = ""


@dataclass(frozen=True)
class Scene:
    """A part of the example by its name among the words, and when it takes place."""

    name: str
    at: datetime
    lines: tuple[Spoken, ...]


def preview(settings: dict[str, Any], line_id: str, now: datetime) -> list[Scene]:
    """Return the scenes: a caller who waits and takes a callback, and one who calls when it is closed."""
    known = {name for name in Line.model_fields}
    fields = {name: value for name, value in settings.items() if name in known}
    line = Line(**fields | {"id": line_id, "created_at": now})
    opening = next(openings_from(line, now), None)
    if opening is None:
        return []
    number = parse_number(settings["numbers"][0], line.country)
    at = _quiet_moment(opening, now)
    scenes = [Scene("waiting", at, tuple(_waits(line, number, at, opening)))]
    shut = opening.closes + timedelta(minutes=1)
    if not is_open(line, shut):
        scenes.append(Scene("closed", shut, tuple(_comes_late(line, number, shut))))
    return scenes


def _quiet_moment(opening: Opening, now: datetime) -> datetime:
    begin = max(now, opening.opens)
    return begin + min((opening.closes - begin) / 2, timedelta(hours=1))


def _board(line: Line, at: datetime, opening: Opening | None, ahead: int) -> Board:
    return Board(
        line=line,
        read_at=at,
        arrivals=[at - timedelta(minutes=each + 1) for each in reversed(range(ahead))],
        free_agents=0,
        agents=AGENTS,
        handle=timedelta(seconds=line.expected_handle_seconds),
        taken=lambda _: 0,
        opening=opening,
    )


def _caller(line: Line, number: str, at: datetime) -> WaitingCall:
    return WaitingCall(
        call_sid="",
        line_id=line.id,
        status=CallStatus.WAITING,
        arrived_at=at,
        phone_number=number,
        language=line.language,
        menu={},
        queue_sid="",
        offered_at=None,
        skills=[],
        is_repeat=False,
    )


def _waits(line: Line, number: str, at: datetime, opening: Opening) -> list[Spoken]:
    board, caller = _board(line, at, opening, AHEAD), _caller(line, number, at)
    speaker = Speaker(line.language, line.zone, at, line.zone)
    facts = facts_of(board, caller, at, in_queue=True)
    told = [Spoken(speaker.text(arrival_steps.greeting(facts)))]
    turn: Turn | None = steps.waiting(facts)
    for _ in range(MOST_KEYS):
        if turn is None:
            break
        told += _words(turn, speaker)
        step = turn.listen.step if turn.listen is not None else ""
        key = _key_at(step, asap=facts.offer.asap is not None, windows=bool(facts.offer.windows))
        if not key:
            break
        told.append(Spoken(key=key))
        facts = facts_of(board, caller, at, Step(step), key, in_queue=True)
        decision = steps.decide(Step(step), key, facts, line.zone)
        caller = replace(caller, menu=decision.choice.to_json())
        if decision.promise is not None:
            told += _words(_promised(decision, board, caller, at), speaker)
            break
        turn = decision.turn
    return told


def _key_at(step: str, *, asap: bool, windows: bool) -> str:
    if step == Step.OFFER:
        return "1" if asap else "2" if windows else ""
    return "1" if step in set(Step) else ""


def _promised(decision: Decision, board: Board, caller: WaitingCall, at: datetime) -> Turn:
    promise = decision.promise
    window = promise.window if promise is not None else None
    window = window or board.asap(board.load_before(caller.arrived_at), at)
    if promise is None or window is None:
        return Turn(())
    number = spoken_number(promise.number, promise.extension)
    return steps.promised(number, window, scheduled=promise.window is not None)


def _comes_late(line: Line, number: str, at: datetime) -> list[Spoken]:
    facts = facts_of(_board(line, at, None, 0), _caller(line, number, at), at, in_queue=False)
    speaker = Speaker(line.language, line.zone, at, line.zone)
    return _words(arrival_steps.arrival(facts, arrival_steps.greeting(facts)), speaker)


def _words(turn: Turn, speaker: Speaker) -> list[Spoken]:
    return [Spoken(speaker.text(say)) for say in turn.says]
