"""Turns as TwiML: the only file that writes it."""

from __future__ import annotations

from fastapi import Response
from twilio.twiml.messaging_response import MessagingResponse
from twilio.twiml.voice_response import Dial, Gather, VoiceResponse

from callback.dialogue.sentences import Speaker
from callback.dialogue.turn import (
    Again,
    AskAgain,
    Enqueue,
    HangUp,
    Join,
    KeepWaiting,
    Leave,
    Role,
    Turn,
)
from callback.telephony.addresses import Addresses
from webhooks.urls import Stage

XML = "text/xml"


def render(turn: Turn, speaker: Speaker, stage: Stage) -> Response:
    """Return `turn` as a TwiML answer, with the addresses of the stage of the call in which it is given."""
    response = VoiceResponse()
    if turn.listen is not None:
        gather = _gather(turn, stage)
        _speak(gather, turn, speaker)
        response.append(gather)
    else:
        _speak(response, turn, speaker)
    _follow(response, turn, stage)
    return Response(str(response), media_type=XML)


def nothing() -> Response:
    """Return an empty document, which ends a call that has nowhere else to go."""
    return Response(str(VoiceResponse()), media_type=XML)


def no_reply() -> Response:
    """Return the answer to a text that is not replied to."""
    return Response(str(MessagingResponse()), media_type=XML)


def _gather(turn: Turn, stage: Stage) -> Gather:
    if turn.listen is None:
        raise ValueError("a turn that does not listen has no Gather")
    options = {"num_digits": turn.listen.digits} if turn.listen.digits else {"finish_on_key": "#"}
    return Gather(
        input="dtmf",
        action=stage.step(turn.listen.step),
        method="POST",
        timeout=turn.listen.seconds,
        **options,
    )


def _speak(parent: VoiceResponse | Gather, turn: Turn, speaker: Speaker) -> None:
    for say in turn.says:
        parent.say(speaker.text(say), language=speaker.voice_language(say))
    if turn.pause_seconds:
        parent.pause(length=turn.pause_seconds)


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
        case Join():
            response.append(_conference(turn.then, stage.addresses))


def _conference(join: Join, addresses: Addresses) -> Dial:
    over = addresses.talked if join.role == Role.CALLER else addresses.over
    dial = Dial(action=over(join.subject_id), method="POST")
    dial.conference(
        join.conference,
        beep=False,
        start_conference_on_enter=True,
        end_conference_on_exit=True,
        participant_label=f"{join.role}-{join.subject_id}",
        status_callback=addresses.conference_status(join.reservation_id),
        status_callback_event="start end",
        status_callback_method="POST",
    )
    return dial
