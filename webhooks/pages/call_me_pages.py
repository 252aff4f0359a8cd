"""What the form on the web shows at each step: the form, the code, the promise."""

from __future__ import annotations

from datetime import datetime
from http import HTTPStatus

from babel import Locale
from fastapi import Response

from callback.dialogue import form_steps
from callback.dialogue.form_steps import FormFacts
from callback.dialogue.sentences import Speaker
from callback.lines.hours import current_opening, next_opening
from callback.lines.line import Line
from callback.lines.offer import Window
from callback.phone import person_zone
from callback.promises.callback import Callback, CallbackKind
from callback.promises.load import load_of
from callback.promises.offering import asap_for, rooms_of
from callback.promises.proof import NumberProof
from callback.promises.texting import LINK_LASTS
from callback.reporting.quiet_hours import quiet_windows
from callback.runtime import Work
from webhooks.pages.rendering import page
from webhooks.voice.menu_facts import lawful_for

TIMES_SHOWN = 4


async def form_page(
    work: Work,
    line: Line,
    language: str,
    *,
    after: datetime | None = None,
    form: dict[str, str] | None = None,
    wrong: str = "",
) -> Response:
    """Return the form; `form` is what was sent before, `wrong` the reason for which it comes again."""
    load = await load_of(work.session, line, work.now)
    rooms = await rooms_of(work.session, line, load, work.now, lawful_for(None, line))
    opening = current_opening(line, work.now)
    wait = load.wait()
    facts = FormFacts(
        line.name,
        wait=wait.range_minutes() if wait is not None else None,
        closed=opening is None,
        opening=next_opening(line, work.now) if opening is None else None,
        quiet=tuple(await quiet_windows(work.session, line, work.now)),
        asap=None if after else asap_for(load, opening, work.now),
        times=tuple(rooms.from_on(after or work.now, TIMES_SHOWN)),
    )
    words = form_steps.words_of_form(facts, _speaker(line, language, None, work.now), wrong)
    given = form or {}
    return page(
        "call_me.html",
        language,
        _STATUS.get(wrong, HTTPStatus.OK),
        framed_by=tuple(line.embed_origins),
        words=words,
        action=f"/lines/{line.slug}/call-me",
        chosen=given.get("when", ""),
        number=given.get("number", ""),
        others=_others(line, language),
    )


_STATUS = {
    "slow": HTTPStatus.TOO_MANY_REQUESTS,
    "bad_number": HTTPStatus.UNPROCESSABLE_ENTITY,
    "no_texts": HTTPStatus.UNPROCESSABLE_ENTITY,
    "full": HTTPStatus.CONFLICT,
    "owed": HTTPStatus.CONFLICT,
    "refused": HTTPStatus.CONFLICT,
    "over": HTTPStatus.GONE,
}


def code_page(line: Line, proof: NumberProof, now: datetime, *, wrong: bool = False) -> Response:
    """Return the page that asks for the code."""
    speaker = _speaker(line, proof.language, None, now)
    words = form_steps.words_of_code(line.name, proof.phone_number[-2:], speaker, wrong=wrong)
    return page(
        "code.html",
        proof.language,
        HTTPStatus.UNPROCESSABLE_ENTITY if wrong else HTTPStatus.OK,
        framed_by=tuple(line.embed_origins),
        words=words,
        proof=proof.id,
        action=f"/lines/{line.slug}/call-me",
    )


def _speaker(line: Line, language: str, number: str | None, now: datetime) -> Speaker:
    return Speaker(language, person_zone(number, line.zone), now, line.zone)


def promised_page(work: Work, line: Line, callback: Callback) -> Response:
    """Return the page that tells the promise, which has been written down."""
    window = Window(callback.promised_from, callback.promised_until)
    speaker = _speaker(line, callback.language, callback.phone_number, work.now)
    asap = callback.kind == CallbackKind.ASAP
    return page(
        "promised.html",
        callback.language,
        framed_by=tuple(line.embed_origins),
        words=form_steps.words_of_promise(line.name, window, speaker, asap=asap),
        link=work.links.page(callback.id, window.until + LINK_LASTS, callback.link_generation),
    )


def _others(line: Line, shown: str) -> list[tuple[str, str]]:
    return [
        (language, str(Locale(language).get_display_name(language)))
        for language in form_steps.languages_shown(line.languages, shown)
    ]
