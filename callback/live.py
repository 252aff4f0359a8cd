"""News of what has changed, for open pages: a port, and which rows are news of what.

News says only that something changed, as topics such as `agent:ID` and `line:ID`; pages then ask for what
there is now. It may be lost, doubled or late: pages also look by themselves every few seconds.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any, Protocol

EVERYTHING = "*"
"""The topic that stands for all others: news may have been missed."""


_KINDS = ("agent", "line", "callback")


class News(Protocol):
    """One listener's view of the news."""

    @property
    def steady(self) -> bool:
        """Tell whether news comes at present; if not, the listener had better look by itself."""
        ...

    async def next(self, patience_seconds: float) -> frozenset[str]:
        """Return what has changed since the last call; nothing, if it is quiet for so long."""
        ...


class Live(Protocol):
    """How news is spread. Telling neither raises nor waits."""

    def tell(self, topics: Iterable[str]) -> None:
        """Spread the news that these have changed."""
        ...

    def listen(self) -> AbstractAsyncContextManager[News]:
        """Give what is told by anybody, in any process, while the block lasts."""
        ...

    async def close(self) -> None:
        """Let go of connections."""
        ...


def topics_of(row: object) -> set[str]:
    """Return what a changed row is news of: its kind and itself, its agent, its line and its callback."""
    names = ("id", "agent_id", "line_id", "callback_id")
    values = {name: getattr(row, name, None) for name in names}
    return topics_in(str(getattr(row, "__tablename__", "")), values)


def topics_in(table: str, values: Mapping[str, Any]) -> set[str]:
    """Return what a row of `table` with these values is news of."""
    topics = {table}
    if table in _KINDS:
        topics.add(f"{table}:{values['id']}")
    for kind in _KINDS:
        identifier = values.get(f"{kind}_id")
        if identifier:
            topics.add(f"{kind}:{identifier}")
    return topics


class _Silence:
    steady = False

    async def next(self, patience_seconds: float) -> frozenset[str]:
        """Return nothing, at once."""
        del patience_seconds
        return frozenset()


class NoLive:
    """No news at all: pages look by themselves."""

    def tell(self, topics: Iterable[str]) -> None:
        """Forget it."""

    @asynccontextmanager
    async def listen(self) -> AsyncIterator[News]:
        """Give silence."""
        yield _Silence()

    async def close(self) -> None:
        """Do nothing."""
