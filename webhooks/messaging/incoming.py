"""A text to one of our numbers: how things stand, another time, no call, or a call please."""

from __future__ import annotations

from datetime import datetime

from fastapi import APIRouter, Response

from callback.calls.survey import open_text_survey
from callback.dialing.canceling import cancel_callback
from callback.dialing.rules import check_number
from callback.dialogue import survey_steps, text_steps
from callback.dialogue.choice import Choice
from callback.dialogue.sentences import FALLBACK, Speaker
from callback.dialogue.text_steps import TextFacts, TextWish
from callback.dialogue.turn import Say
from callback.errors import IllegalTransition, PromiseRefused
from callback.lines.directory import line_of_number
from callback.lines.line import Line
from callback.lines.offer import Window
from callback.messages.no_texts import start_texts, stop_texts
from callback.phone import caller_number, person_zone
from callback.promises.callback import Callback
from callback.promises.lifecycle import CallbackStatus
from callback.promises.load import load_of
from callback.promises.offering import rooms_of
from callback.promises.owed import open_callback_of
from callback.promises.requesting import BY_TEXT, Request, move_callback, request_callback
from callback.promises.texting import LINK_LASTS
from callback.runtime import Work
from callback.telephony import addresses
from webhooks.requests import Form, Office, StatusRoute, log
from webhooks.twiml import no_reply, reply
from webhooks.voice.menu_facts import lawful_for

router = APIRouter(route_class=StatusRoute)


@router.post(addresses.MESSAGE)
async def incoming(form: Form, office: Office) -> Response:
    """Take a text and answer it, unless the telephone company does; what is answered is committed before."""
    body = form.text("Body")
    log.info("a text of %d characters came in", len(body))
    async with office.work() as work:
        line = await line_of_number(work.session, form.called)
        number = caller_number(form.caller_id, line.country) if line is not None else None
        if line is None or number is None:
            return no_reply()
        told = form.text("OptOutType")
        await _remember(work, number, form.called, text_steps.wants_texts(body, told))
        if told:
            return no_reply()
        wish = text_steps.wish_of(body, (*line.languages, FALLBACK))
        if wish is TextWish.ANSWERED:
            return no_reply()
        owed = await open_callback_of(work.session, line.id, number)
        answered = await _survey(work, line, number, owed, body)
        if answered is not None:
            says, language = answered
        else:
            written_in = text_steps.language_of(body, (*line.languages, FALLBACK), line.language)
            language = owed.language if owed is not None else written_in
            says = await _carry_out(work, line, number, owed, wish, body, language)
        speaker = Speaker(language, person_zone(number, line.zone), work.now, line.zone)
        return reply(" ".join(speaker.text(say) for say in says))


async def _remember(work: Work, number: str, ours: str, wanted: bool | None) -> None:
    if wanted is False:
        await stop_texts(work, number, ours)
    elif wanted:
        await start_texts(work, number, ours)


async def _survey(
    work: Work, line: Line, number: str, owed: Callback | None, body: str
) -> tuple[tuple[Say, ...], str] | None:
    """Take a number as an answer about a conversation, unless it chooses one of the times read."""
    digit = text_steps.digit_in(body)
    if digit is None or (owed is not None and owed.times_written):
        return None
    survey = await open_text_survey(work.session, line.id, number, work.now)
    if survey is None:
        return None
    decision = survey_steps.after_text(digit, helped_known=survey.helped is not None)
    if decision is None:
        return None
    survey.answer(work.now, helped=decision.helped, score=decision.score)
    return decision.turn.says, survey.language


async def _carry_out(
    work: Work,
    line: Line,
    number: str,
    owed: Callback | None,
    wish: TextWish,
    body: str,
    language: str,
) -> tuple[Say, ...]:
    if owed is None:
        if wish is TextWish.CALL:
            return await _promise(work, line, number, language)
        return text_steps.status(TextFacts(line.name))
    try:
        if wish is TextWish.CANCEL:
            await cancel_callback(work, owed, "a text message")
            return text_steps.canceled(line.name)
        window = text_steps.chosen(body, _written(owed)) if wish is TextWish.MOVE else None
        if window is not None:
            await move_callback(work, line, owed, window, channel=BY_TEXT)
            owed.times_written = []
            return text_steps.moved(line.name, window)
    except (PromiseRefused, IllegalTransition) as refusal:
        log.info("a text could not be heeded: %s", refusal)
    return text_steps.status(await _facts(work, line, owed))


async def _promise(work: Work, line: Line, number: str, language: str) -> tuple[Say, ...]:
    refusal = check_number(number, line.may_be_dialed, line.blocked_prefixes)
    if refusal is not None:
        return text_steps.refused(line.name)
    try:
        callback = await request_callback(work, line, Request(number, language, channel=BY_TEXT))
    except PromiseRefused as refused:
        log.info("no promise to a text: %s", refused)
        return text_steps.refused(line.name)
    window = Window(callback.promised_from, callback.promised_until)
    link = work.links.page(callback.id, window.until + LINK_LASTS, callback.link_generation)
    return text_steps.promised(line.name, window, link)


async def _facts(work: Work, line: Line, owed: Callback) -> TextFacts:
    """Return how things stand, and keep the times that will be named, so that a number means what was read."""
    window = Window(owed.promised_from, owed.promised_until)
    if owed.status != CallbackStatus.SCHEDULED:
        return TextFacts(line.name, window, due=True)
    load = await load_of(work.session, line, work.now)
    allowed = lawful_for(owed.phone_number, line)
    rooms = await rooms_of(work.session, line, load, work.now, allowed)
    times = tuple(each for each in rooms.after() if each != window)
    owed.times_written = Choice(windows=times).to_json()["windows"]
    return TextFacts(line.name, window, times=times)


def _written(owed: Callback) -> tuple[Window, ...]:
    return tuple(
        Window(datetime.fromisoformat(start), datetime.fromisoformat(until))
        for start, until in owed.times_written
    )
