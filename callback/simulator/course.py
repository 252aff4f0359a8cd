"""Performing documents on a call: fetch, read, perform verb after verb, follow where they lead."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urljoin

from callback.simulator.breaks import Break
from callback.simulator.call import Call
from callback.simulator.steps import GoTo, Inline, Outcome, Source, Step
from callback.simulator.twiml.contexts import Context
from callback.simulator.twiml.document import Document, failed, read_answer, read_document
from callback.simulator.twiml.flow import Redirect, Reject
from callback.simulator.twiml.speech import Pause
from callback.simulator.webhooks import Answer, Webhook

if TYPE_CHECKING:
    from callback.simulator.exchange import Exchange

Performer = Callable[[Any, "Course"], Awaitable[Step]]

MOST_DOCUMENTS_A_SECOND: Final = 100
LONGEST_REPLY: Final = 600
"""A document that redirects to itself would otherwise keep a clock moved by hand from ever moving."""
UNANSWERING: Final = (Reject, Redirect, Pause)
"""Verbs that do not pick up an incoming call when they come first."""


class Course:
    """One run of documents on a call, in one context, until it ends or is broken off."""

    def __init__(
        self,
        exchange: Exchange,
        call: Call,
        context: Context,
        stop: Break,
        performers: Mapping[type, Performer],
    ) -> None:
        self.exchange = exchange
        self.call = call
        self.context = context
        self.stop = stop
        self.base: str | None = None
        self._performers = performers
        self._fell_back = False

    def aside(self, context: Context, stop: Break) -> Course:
        """Return a course for a document that the same call hears meanwhile: waiting music, news."""
        return self.beside(self.call, context, stop)

    def beside(self, call: Call, context: Context, stop: Break) -> Course:
        """Return a course for a document on another leg: a whisper."""
        course = Course(self.exchange, call, context, stop, self._performers)
        course.base = self.base
        return course

    async def follow(self, source: Source) -> Outcome:
        """Perform the document at `source` and whatever it leads to."""
        step: Source = source
        began, followed = self.exchange.clock.now(), 0
        while True:
            followed += 1
            if self.exchange.clock.now() - began >= timedelta(seconds=1):
                began, followed = self.exchange.clock.now(), 0
            if followed > MOST_DOCUMENTS_A_SECOND:
                self._complain(0, "documents lead to each other and take no time", self.base or "")
                return Outcome.FAILED
            document = await self._document(step)
            if self.stop.broken:
                return Outcome.STOPPED
            if document is None:
                return Outcome.FAILED
            following = await self.perform(document)
            if isinstance(following, Outcome):
                return following
            step = following

    async def perform(self, document: Document) -> GoTo | Outcome:
        """Perform the verbs of one document; return where they lead."""
        for verb in document.verbs:
            self._pick_up_for(verb)
            step = await self._performers[type(verb)](verb, self)
            if step is not None:
                return step
            if self.stop.broken:
                return Outcome.STOPPED
        return Outcome.FINISHED

    async def perform_one(self, verb: Any, stop: Break) -> None:
        """Perform a verb nested in another one, under a narrower break."""
        outer, self.stop = self.stop, stop
        try:
            await self._performers[type(verb)](verb, self)
        finally:
            self.stop = outer

    def url(self, text: str | None) -> str | None:
        """Resolve a URL against the current document; empty or missing means that document itself."""
        if self.base is None:
            return text if text and "://" in text else None
        return urljoin(self.base, text) if text else self.base

    def lead(self, url: str | None, method: str, params: tuple[tuple[str, str], ...] = ()) -> Step:
        """Return the step to an action URL; an inline document's actions must be absolute."""
        resolved = self.url(url)
        if resolved is None:
            self.exchange.problems.add(
                11100, "an inline document needs absolute URLs", call_sid=self.call.sid, url=url
            )
            return Outcome.FAILED
        return GoTo(resolved, method, params)

    def tell(self, url: str | None, method: str, params: tuple[tuple[str, str], ...]) -> None:
        """Make a request whose answer nobody will perform: the caller has gone or is elsewhere."""
        resolved = self.url(url)
        if resolved is not None:
            self.exchange.spawn(self._told(GoTo(resolved, method, params)))

    async def _told(self, source: GoTo) -> None:
        answer = await self._fetch(source)
        if answer.code:
            self._complain(answer.code, answer.detail, answer.url)

    async def _document(self, source: Source) -> Document | None:
        document, url = await self._read(source)
        for complaint in document.complaints:
            self._complain(complaint.code, complaint.detail, url, complaint.level)
        if document.error is None:
            return document
        fallback = self.call.fallback
        if self.context is not Context.CALL or fallback is None or self._fell_back:
            return None
        self._fell_back = True
        params = (("ErrorCode", str(document.error.code)), ("ErrorUrl", url))
        return await self._document(GoTo(fallback[0], fallback[1], params))

    async def _read(self, source: Source) -> tuple[Document, str]:
        if isinstance(source, Inline):
            self.base = None
            return read_document(source.twiml, self.context), ""
        fetching = self.exchange.spawn(self._fetch(source))
        await self.stop.wait(fetching)
        if not fetching.done():
            # the request goes on by itself, as it would at Twilio; its answer comes too late
            return Document(), source.url
        answer = fetching.result()
        if answer.code:
            return failed(answer.code, answer.detail), source.url
        self.base = answer.url
        return (
            read_answer(answer.content_type, answer.body, answer.url, self.context),
            answer.url,
        )

    async def _fetch(self, source: GoTo) -> Answer:
        params = tuple(self.call.parameters()) + source.params
        self.call.note("requested", source.url)
        webhook = Webhook(
            source.url, params, source.method, call_sid=self.call.sid, cookies=self.call.cookies
        )
        token = self.exchange.ids.token()
        if self.exchange.misfortune.happens("repeat_steps"):
            await self.exchange.postman.send(webhook, token)
        answer = await self.exchange.postman.send(webhook, token)
        if answer.status is not None:
            text = " ".join(answer.body[:LONGEST_REPLY].decode("utf-8", "replace").split())
            self.call.note("replied", f"{answer.status} {text}".rstrip())
        return answer

    def _pick_up_for(self, verb: Any) -> None:
        if self.call.direction != "inbound" or self.call.status != "ringing":
            return
        if isinstance(verb, UNANSWERING) or getattr(verb, "answer_on_bridge", False):
            return
        self.call.answer()

    def _complain(self, code: int, detail: str, url: str, level: str = "error") -> None:
        self.call.note("error", f"{code} {detail}")
        self.exchange.problems.add(
            code, detail, call_sid=self.call.sid, url=url or None, level=level
        )
