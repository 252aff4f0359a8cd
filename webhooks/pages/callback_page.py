"""A callback's own page: see it, move it, cancel it. Whoever holds the link may; nobody else finds it."""

from __future__ import annotations

from datetime import datetime
from http import HTTPStatus

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from callback.dialing.canceling import cancel_callback
from callback.dialogue import page_steps
from callback.dialogue.page_steps import Note, PageFacts, Standing, words_of_page
from callback.dialogue.sentences import Speaker
from callback.errors import IllegalTransition, NotAllowed, PromiseRefused
from callback.limits import Limit, use
from callback.lines.directory import get_line
from callback.lines.line import Line
from callback.lines.offer import Window
from callback.links import PAGE
from callback.phone import person_zone
from callback.promises.callback import Callback
from callback.promises.lifecycle import CallbackStatus
from callback.promises.load import Load, load_of
from callback.promises.offering import Rooms, rooms_of
from callback.promises.requesting import Request as Wanted
from callback.promises.requesting import get_callback, move_callback, request_callback
from callback.promises.texting import LINK_LASTS
from callback.runtime import Runtime, Work
from webhooks.pages.forms import PlainForm, instant_in, sender_of
from webhooks.pages.limits import LOOKS, LOOKS_BY_SENDER, TRIES
from webhooks.pages.rendering import language_from, page
from webhooks.requests import Office, log
from webhooks.voice.menu_facts import lawful_for

router = APIRouter()

TIMES_SHOWN = 6
STANDING = {
    CallbackStatus.SCHEDULED: Standing.OWED,
    CallbackStatus.WAITING: Standing.DUE,
    CallbackStatus.FAILED: Standing.MISSED,
    CallbackStatus.CANCELED: Standing.CANCELED,
    CallbackStatus.RESERVED: Standing.BUSY,
    CallbackStatus.DIALING: Standing.BUSY,
    CallbackStatus.CONNECTED: Standing.BUSY,
}


class _Refused(Exception):
    """The page cannot be shown; `why` is a key of `page_steps.trouble`."""

    def __init__(self, why: str, status: HTTPStatus) -> None:
        self.why = why
        self.status = status


@router.get(PAGE)
async def show(
    token: str, request: Request, office: Office, done: str = "", after: str = ""
) -> Response:
    """Show how a promise stands, and the times to which it can be moved."""
    try:
        await _count(office, request, token, LOOKS)
        async with office.work() as work:
            callback = await _callback_of(office, work, token)
            line = await get_line(work.session, callback.line_id)
            words = await _words(work, line, callback, _note(done), instant_in(after))
    except _Refused as refusal:
        return _refusal(request, refusal)
    return page(
        "callback.html",
        callback.language,
        words=words,
        token=token,
        version=callback.version,
        may_cancel=_standing(callback) in {Standing.OWED, Standing.DUE},
    )


@router.post(PAGE + "/move")
async def move(token: str, request: Request, form: PlainForm, office: Office) -> Response:
    """Promise another time, which must be one that the page may offer."""
    try:
        await _count(office, request, token, TRIES)
        async with office.work() as work:
            callback = await _callback_of(office, work, token)
            owed, note = await _moved(work, callback, form)
            token = office.links.token(
                owed.id, owed.promised_until + LINK_LASTS, owed.link_generation
            )
    except _Refused as refusal:
        return _refusal(request, refusal)
    return _back(token, note)


@router.post(PAGE + "/cancel")
async def cancel(token: str, request: Request, form: PlainForm, office: Office) -> Response:
    """Take the promise back."""
    try:
        await _count(office, request, token, TRIES)
        async with office.work() as work:
            callback = await _callback_of(office, work, token)
            note = Note.CHANGED
            may = _standing(callback) in {Standing.OWED, Standing.DUE}
            if may and form.get("version") == str(callback.version):
                await cancel_callback(work, callback, "the person, on the page")
                note = Note.CANCELED
    except _Refused as refusal:
        return _refusal(request, refusal)
    return _back(token, note)


async def _moved(work: Work, callback: Callback, form: dict[str, str]) -> tuple[Callback, Note]:
    """Return the callback that is owed now, and what to say."""
    if form.get("version") != str(callback.version):
        return callback, Note.CHANGED
    line = await get_line(work.session, callback.line_id)
    _, rooms = await _rooms(work, line, callback)
    start = instant_in(form.get("start", ""))
    window = next(iter(rooms.from_on(start, 1)), None) if start else None
    if window is None or window.start != start:
        return callback, Note.FULL
    try:
        if _standing(callback) is Standing.MISSED:
            return await _again(work, line, callback, window), Note.MOVED
        await move_callback(work, line, callback, window)
    except (PromiseRefused, IllegalTransition) as refusal:
        log.info("a page could not move a callback: %s", refusal)
        return callback, Note.CHANGED
    return callback, Note.MOVED


async def _again(work: Work, line: Line, callback: Callback, window: Window) -> Callback:
    wanted = Wanted(
        callback.phone_number,
        callback.language,
        window,
        reason=callback.reason,
        skills=tuple(callback.skills),
        channel="page",
    )
    return await request_callback(work, line, wanted)


async def _count(office: Runtime, request: Request, token: str, limit: Limit) -> None:
    # By itself, so that what is refused afterwards has been counted all the same.
    async with office.work() as work:
        by_sender = await use(work.session, LOOKS_BY_SENDER, sender_of(request), work.now)
        by_token = await use(work.session, limit, token, work.now)
    if not (by_sender and by_token):
        raise _Refused("slow", HTTPStatus.TOO_MANY_REQUESTS)


async def _callback_of(office: Runtime, work: Work, token: str) -> Callback:
    try:
        link = office.links.read(token)
    except NotAllowed as error:
        raise _Refused("unknown", HTTPStatus.NOT_FOUND) from error
    if work.now > link.until:
        raise _Refused("gone", HTTPStatus.GONE)
    callback = await get_callback(work, link.callback_id)
    if callback.link_generation != link.generation:
        raise _Refused("gone", HTTPStatus.GONE)
    return callback


def _standing(callback: Callback) -> Standing:
    if callback.person_leg_id is not None and callback.status == CallbackStatus.WAITING:
        return Standing.BUSY
    return STANDING.get(callback.status, Standing.OVER)


async def _rooms(work: Work, line: Line, callback: Callback) -> tuple[Load, Rooms]:
    load = await load_of(work.session, line, callback.arrived_at)
    allowed = lawful_for(callback.phone_number, line)
    return load, await rooms_of(work.session, line, load, work.now, allowed)


async def _words(
    work: Work, line: Line, callback: Callback, note: Note | None, after: datetime | None
) -> page_steps.PageWords:
    load, rooms = await _rooms(work, line, callback)
    promised = Window(callback.promised_from, callback.promised_until)
    found = rooms.from_on(after or work.now, TIMES_SHOWN + 1)
    due = callback.status == CallbackStatus.WAITING
    wait = load.wait()
    facts = PageFacts(
        line.name,
        _standing(callback),
        promised,
        callback.phone_number[-2:],
        place=load.ahead + 1 if due else None,
        wait=wait.range_minutes() if wait is not None else None,
        times=tuple(each for each in found if each != promised)[:TIMES_SHOWN],
        note=note,
    )
    zone = person_zone(callback.phone_number, line.zone)
    return words_of_page(facts, Speaker(callback.language, zone, work.now, line.zone))


def _note(done: str) -> Note | None:
    return Note(done) if done in set(Note) else None


def _back(token: str, note: Note) -> Response:
    address = f"{PAGE.format(token=token)}?done={note}"
    headers = {"Referrer-Policy": "no-referrer", "Cache-Control": "no-store"}
    return RedirectResponse(address, HTTPStatus.SEE_OTHER, headers)


def _refusal(request: Request, refusal: _Refused) -> Response:
    language = language_from(request.headers.get("Accept-Language", ""))
    words = page_steps.trouble(refusal.why, language)
    answer = page("trouble.html", language, refusal.status, words=words)
    if refusal.status == HTTPStatus.TOO_MANY_REQUESTS:
        answer.headers["Retry-After"] = "60"
    return answer
