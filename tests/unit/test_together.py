"""Questions asked at the same time are answered together, and nobody waits for anybody when alone."""

from __future__ import annotations

import asyncio

import pytest

from callback.together import Together


class Oracle:
    """Answers with the length of each question, once it is allowed to."""

    def __init__(self) -> None:
        self.asked: list[list[str]] = []
        self.allowed = asyncio.Event()
        self.allowed.set()
        self.failure: Exception | None = None

    async def answer(self, questions: list[str]) -> dict[str, int]:
        self.asked.append(questions)
        await self.allowed.wait()
        if self.failure is not None:
            raise self.failure
        return {question: len(question) for question in questions if question}


async def test_no_more_are_asked_together_than_may_be() -> None:
    oracle = Oracle()
    together = Together(oracle.answer, most=2)
    words = ["a", "bb", "ccc", "dddd", "eeeee"]
    assert await asyncio.gather(*map(together.ask, words)) == [1, 2, 3, 4, 5]
    assert oracle.asked == [words[:2], words[2:4], words[4:]]


async def test_what_is_asked_during_an_answer_is_asked_together_after_it() -> None:
    oracle = Oracle()
    together = Together(oracle.answer)
    oracle.allowed.clear()
    first = asyncio.create_task(together.ask("a"))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    others = [asyncio.create_task(together.ask(word)) for word in ("bb", "ccc", "bb")]
    await asyncio.sleep(0)
    oracle.allowed.set()
    assert await first == 1
    assert await asyncio.gather(*others) == [2, 3, 2]
    assert oracle.asked == [["a"], ["bb", "ccc"]]


async def test_whoever_waits_when_several_were_answered_is_joined_by_those_who_come_next() -> None:
    asked: list[list[str]] = []
    may_answer, gathered = asyncio.Semaphore(0), asyncio.Event()

    async def answer(words: list[str]) -> dict[str, int]:
        asked.append(words)
        await may_answer.acquire()
        return {word: len(word) for word in words}

    together = Together(answer, gather=gathered.wait)
    tasks: list[asyncio.Task[int | None]] = []

    async def ask(*words: str) -> None:
        tasks.extend(asyncio.create_task(together.ask(word)) for word in words)
        for _ in range(5):
            await asyncio.sleep(0)

    await ask("a")
    await ask("b", "c")
    may_answer.release()
    await ask()
    assert asked == [["a"], ["b", "c"]], "one alone was in no company"
    await ask("d")
    may_answer.release()
    await ask("e")
    assert asked == [["a"], ["b", "c"]], "those who come next are waited for"
    gathered.set()
    may_answer.release()
    await asyncio.gather(*tasks)
    assert asked[2:] == [["d", "e"]]


async def test_a_question_without_an_answer_gets_none() -> None:
    assert await Together(Oracle().answer).ask("") is None


async def test_a_failure_is_told_to_all_and_the_next_question_is_asked_anew() -> None:
    oracle = Oracle()
    together = Together(oracle.answer)
    oracle.failure = ConnectionError("gone")
    with pytest.raises(ConnectionError):
        await together.ask("a")
    oracle.failure = None
    assert await together.ask("a") == 1


async def test_who_gives_up_does_not_take_the_others_answer_along() -> None:
    oracle = Oracle()
    together = Together(oracle.answer)
    oracle.allowed.clear()
    hasty, patient = (asyncio.create_task(together.ask("a")) for _ in range(2))
    await asyncio.sleep(0)
    hasty.cancel()
    oracle.allowed.set()
    assert await patient == 1
    assert hasty.cancelled()
