"""The form by which somebody asks on a web site to be called; a code proves the number before a promise."""

from __future__ import annotations

from datetime import datetime
from http import HTTPStatus

from fastapi import APIRouter, Request, Response
from sqlmodel import col, select

from callback.dialing.rules import callable_number
from callback.dialogue import page_steps
from callback.dialogue.form_steps import ASAP
from callback.dialogue.sentences import FALLBACK
from callback.errors import PromiseRefused
from callback.limits import Limit, use
from callback.lines.line import Line
from callback.lines.offer import Window
from callback.messages.no_texts import takes_texts
from callback.promises.do_not_call import is_listed
from callback.promises.load import load_of
from callback.promises.offering import rooms_of
from callback.promises.proof import NumberProof, Verdict, ask_for_proof, judge
from callback.promises.requesting import Request as Wanted
from callback.promises.requesting import request_callback
from callback.runtime import Runtime, Work
from webhooks.pages.call_me_pages import code_page, form_page, promised_page
from webhooks.pages.forms import PlainForm, instant_in, sender_of
from webhooks.pages.limits import (
    CODES_BY_LINE,
    CODES_BY_NUMBER,
    CODES_BY_SENDER,
    GUESSES_BY_SENDER,
    LOOKS_BY_SENDER,
)
from webhooks.pages.rendering import language_from, page
from webhooks.requests import Office, log
from webhooks.voice.menu_facts import lawful_for

router = APIRouter(prefix="/lines/{slug}/call-me")


@router.get("")
async def show(
    slug: str, request: Request, office: Office, language: str = "", after: str = ""
) -> Response:
    """Show the present wait, good hours to call, and when we could call."""
    if not await _within(office, LOOKS_BY_SENDER, sender_of(request)):
        return _no_form(request, "slow", HTTPStatus.TOO_MANY_REQUESTS)
    async with office.work() as work:
        line = await _line_of(office, work, slug)
        if line is None:
            return _no_form(request, "no_form", HTTPStatus.NOT_FOUND)
        spoken = _language(line, language, request)
        return await form_page(work, line, spoken, after=instant_in(after))


@router.post("")
async def ask(slug: str, request: Request, form: PlainForm, office: Office) -> Response:
    """Text a code to the number that was given, if we could call it."""
    async with office.work() as work:
        line = await _line_of(office, work, slug)
        if line is None:
            return _no_form(request, "no_form", HTTPStatus.NOT_FOUND)
        spoken = _language(line, form.get("language", ""), request)
        number = callable_number(
            form.get("number", ""), line.country, line.may_be_dialed, line.blocked_prefixes
        )
        wrong = await _wrong(work, line, form, number)
        if wrong or number is None:
            return await form_page(work, line, spoken, form=form, wrong=wrong)
    limits = (
        (CODES_BY_NUMBER, number),
        (CODES_BY_SENDER, sender_of(request)),
        (CODES_BY_LINE, line.id),
    )
    within = [await _within(office, limit, subject) for limit, subject in limits]
    async with office.work() as work:
        if not all(within):
            return await form_page(work, line, spoken, form=form, wrong="slow")
        secret = office.settings.secret_key.get_secret_value()
        proof = await ask_for_proof(work, line, number, spoken, _start(form), secret)
        if proof is None:
            return await form_page(work, line, spoken, form=form, wrong="no_texts")
        return code_page(line, proof, work.now)


@router.post("/code")
async def confirm(slug: str, request: Request, form: PlainForm, office: Office) -> Response:
    """Promise the callback once the code has come back."""
    if not await _within(office, GUESSES_BY_SENDER, sender_of(request)):
        return _no_form(request, "slow", HTTPStatus.TOO_MANY_REQUESTS)
    async with office.work() as work:
        line = await _line_of(office, work, slug)
        if line is None:
            return _no_form(request, "no_form", HTTPStatus.NOT_FOUND)
        spoken = _language(line, form.get("language", ""), request)
        named = form.get("proof", "") if form.get("proof", "").isalnum() else ""
        proof = await work.session.get(NumberProof, named, with_for_update=True)
        if proof is None or proof.line_id != line.id:
            return await form_page(work, line, spoken, wrong="over")
        secret = office.settings.secret_key.get_secret_value()
        verdict = judge(proof, form.get("code", ""), secret, work.now)
        if verdict is Verdict.WRONG:
            return code_page(line, proof, work.now, wrong=True)
        if verdict is Verdict.OVER:
            return await form_page(work, line, spoken, wrong="over")
        return await _promise(work, line, proof)


async def _promise(work: Work, line: Line, proof: NumberProof) -> Response:
    window = None
    if proof.start_at is not None:
        window = await _offered(work, line, proof.phone_number, proof.start_at)
        if window is None:
            return await form_page(work, line, proof.language, wrong="full")
    try:
        wanted = Wanted(proof.phone_number, proof.language, window, channel="web")
        callback = await request_callback(work, line, wanted)
    except PromiseRefused as refusal:
        log.info("no promise to a form: %s", refusal)
        wrong = {"window_full": "full", "one_callback_per_person": "owed"}
        return await form_page(work, line, proof.language, wrong=wrong.get(refusal.rule, "refused"))
    return promised_page(work, line, callback)


async def _line_of(office: Runtime, work: Work, slug: str) -> Line | None:
    """Return the line whose form this is; without a key for codes there is no form."""
    if not office.settings.secret_key.get_secret_value():
        log.error("the form of line %r needs a SECRET_KEY", slug)
        return None
    # PostgreSQL refuses to compare with what it could not store.
    if not slug.isprintable():
        return None
    found = await work.session.exec(select(Line).where(col(Line.slug) == slug))
    return found.first()


async def _within(office: Runtime, limit: Limit, subject: str) -> bool:
    # By itself, so that what is refused afterwards has been counted all the same.
    async with office.work() as work:
        return await use(work.session, limit, subject, work.now)


async def _wrong(work: Work, line: Line, form: dict[str, str], number: str | None) -> str:
    if number is None:
        return "bad_number"
    if await is_listed(work.session, number):
        return "refused"
    if not line.texts or not takes_texts(number):
        return "no_texts"
    start = _start(form)
    if start is None and form.get("when") != ASAP:
        return "full"
    if start is not None and await _offered(work, line, number, start) is None:
        return "full"
    return ""


async def _offered(work: Work, line: Line, number: str, start: datetime) -> Window | None:
    """Return the window that begins then, if it may be promised to this number."""
    load = await load_of(work.session, line, work.now)
    rooms = await rooms_of(work.session, line, load, work.now, lawful_for(number, line))
    window = next(iter(rooms.from_on(start, 1)), None)
    return window if window is not None and window.start == start else None


def _language(line: Line, asked: str, request: Request) -> str:
    """Return the language of the form: the one asked for, else the browser's, of those that the line speaks."""
    if asked in line.languages:
        return asked
    wanted = language_from(request.headers.get("Accept-Language", ""), line.language)
    return wanted if wanted in line.languages else line.language


def _start(form: dict[str, str]) -> datetime | None:
    return instant_in(form.get("when", ""))


def _no_form(request: Request, why: str, status: HTTPStatus) -> Response:
    language = language_from(request.headers.get("Accept-Language", ""), FALLBACK)
    return page("trouble.html", language, status, words=page_steps.trouble(why, language))
