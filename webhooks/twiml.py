"""Turns as TwiML: the only file that writes it."""

from __future__ import annotations

from functools import lru_cache

from fastapi import Response
from twilio.twiml.messaging_response import MessagingResponse
from twilio.twiml.voice_response import Dial, Gather, VoiceResponse

from callback.dialogue.sentences import Speaker
from callback.dialogue.supervisor_steps import OVER
from callback.dialogue.turn import (
    Again,
    AskAgain,
    Enqueue,
    HangUp,
    Join,
    KeepWaiting,
    Leave,
    Listen,
    Record,
    Role,
    Turn,
)
from callback.telephony.addresses import Addresses
from webhooks.urls import Stage

XML = "text/xml"


Spoken = tuple[tuple[str, str], ...]
"""Sentences as they are said, each with the language of its voice."""


def render(turn: Turn, speaker: Speaker, stage: Stage) -> Response:
    """Return `turn` as a TwiML answer, with the addresses of the stage of the call in which it is given."""
    spoken = tuple((speaker.text(say), speaker.voice_language(say)) for say in turn.says)
    action = stage.step(turn.listen.step) if turn.listen is not None else ""
    if isinstance(turn.then, AskAgain):
        return Response(
            _announcement(spoken, turn.listen, action, turn.pause_seconds), media_type=XML
        )
    response = _spoken(spoken, turn.listen, action, turn.pause_seconds, turn.plays)
    _follow(response, turn, stage)
    return Response(str(response), media_type=XML)


@lru_cache(maxsize=1_000)
def _announcement(spoken: Spoken, listen: Listen | None, action: str, pause_seconds: int) -> str:
    """Return what waiting callers hear; hundreds of them hear the same few documents all the time."""
    return str(_spoken(spoken, listen, action, pause_seconds))


def _spoken(
    spoken: Spoken,
    listen: Listen | None,
    action: str,
    pause_seconds: int,
    plays: str | None = None,
) -> VoiceResponse:
    response = VoiceResponse()
    parent = response if listen is None else _gather(listen, action)
    if plays is not None:
        parent.play(plays)
    for text, language in spoken:
        parent.say(text, language=language)
    if pause_seconds:
        parent.pause(length=pause_seconds)
    if listen is not None:
        response.append(parent)
    return response


def nothing() -> Response:
    """Return an empty document, which ends a call that has nowhere else to go."""
    return Response(str(VoiceResponse()), media_type=XML)


def reply(text: str) -> Response:
    """Return a text message as the answer to one."""
    response = MessagingResponse()
    response.message(text)
    return Response(str(response), media_type=XML)


def no_reply() -> Response:
    """Return the answer to a text that is not replied to."""
    return Response(str(MessagingResponse()), media_type=XML)


def _gather(listen: Listen, action: str) -> Gather:
    options = {"num_digits": listen.digits} if listen.digits else {"finish_on_key": "#"}
    return Gather(input="dtmf", action=action, method="POST", timeout=listen.seconds, **options)


def _follow(response: VoiceResponse, turn: Turn, stage: Stage) -> None:
    match turn.then:
        case AskAgain():
            pass
        case KeepWaiting():
            response.redirect(stage.addresses.waiting(), method="POST")
        case Leave():
            response.leave()
        case HangUp():
            response.hangup()
        case Again(step):
            response.redirect(stage.step(step), method="POST")
        case Enqueue(line_id):
            response.enqueue(
                f"line-{line_id}",
                action=stage.addresses.left(),
                method="POST",
                wait_url=stage.addresses.waiting(),
                wait_url_method="POST",
            )
        case Record(longest_seconds):
            response.record(
                action=stage.addresses.noted(),
                method="POST",
                max_length=longest_seconds,
                timeout=4,
                finish_on_key="#",
                recording_status_callback=stage.addresses.note_status(),
                recording_status_callback_method="POST",
            )
            response.hangup()
        case Join():
            response.append(_conference(turn.then, stage.addresses))


def _conference(join: Join, addresses: Addresses) -> Dial:
    dial = Dial(action=_when_over(join, addresses), method="POST")
    # A supervisor comes and goes without the conversation's beginning or ending by it.
    decides = join.role != Role.SUPERVISOR
    more: dict[str, object] = {"muted": True} if join.muted else {}
    if join.coached is not None:
        more["coach"] = join.coached
    dial.conference(
        join.conference,
        beep=False,
        start_conference_on_enter=decides,
        end_conference_on_exit=decides,
        participant_label=f"{join.role}-{join.subject_id}",
        status_callback=addresses.conference_status(join.reservation_id),
        status_callback_event="start end join leave",
        status_callback_method="POST",
        **more,
    )
    return dial


def _when_over(join: Join, addresses: Addresses) -> str:
    if join.role == Role.CALLER:
        return addresses.talked(join.subject_id)
    if join.role == Role.SUPERVISOR:
        return addresses.supervisor(join.subject_id, OVER)
    return addresses.over(join.subject_id)
