"""Answering questions together that were asked at the same time: one trip to the database for many callers."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from itertools import islice
from typing import Generic, TypeVar

Q = TypeVar("Q")
A = TypeVar("A")


class Together(Generic[Q, A]):
    """Gathers questions while an earlier batch is being answered, and asks them as one.

    Alone, a question is asked at once and waits for nobody. `answer` takes the questions, each once, and
    returns an answer for those that have one; its failure is that of everybody in the batch. At `most` so
    many are asked as one, those first that came first. Where somebody waits when several have just been
    answered, more are to come: `gather` is awaited, so that the first does not go alone and the others have to
    wait for the batch after it.
    """

    def __init__(
        self,
        answer: Callable[[list[Q]], Awaitable[Mapping[Q, A]]],
        most: int | None = None,
        gather: Callable[[], Awaitable[None]] | None = None,
    ) -> None:
        self._answer = answer
        self._gather = gather
        self._most = most
        self._waiting: dict[Q, asyncio.Future[A | None]] = {}
        self._busy = False
        self._task: asyncio.Task[None] | None = None

    async def ask(self, question: Q) -> A | None:
        """Return the answer, None where there is none."""
        future = self._waiting.get(question)
        if future is None:
            future = asyncio.get_running_loop().create_future()
            self._waiting[question] = future
        if not self._busy:
            self._busy = True
            self._task = asyncio.create_task(self._answer_all())
        # Whoever gives up waiting must not take the others' answer along.
        return await asyncio.shield(future)

    async def _answer_all(self) -> None:
        together = False
        try:
            while self._waiting:
                if together and self._gather is not None:
                    await self._gather()
                batch = dict(islice(self._waiting.items(), self._most))
                for question in batch:
                    del self._waiting[question]
                together = len(batch) > 1
                await self._answer_batch(batch)
        finally:
            self._busy = False

    async def _answer_batch(self, batch: dict[Q, asyncio.Future[A | None]]) -> None:
        try:
            answers = await self._answer(list(batch))
        except Exception as error:
            for future in batch.values():
                future.set_exception(error)
                # Nobody may be left to look at it.
                future.exception()
            return
        for question, future in batch.items():
            future.set_result(answers.get(question))
