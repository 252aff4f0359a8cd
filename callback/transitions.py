"""Life-cycles as data: one table from (status, event) to the next status."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Generic, TypeVar

from callback.errors import IllegalTransition

Status = TypeVar("Status", bound=StrEnum)
Event = TypeVar("Event", bound=StrEnum)


class Transitions(Generic[Status, Event]):
    """The states of one kind of thing, and which event leads from where to where.

    `table` lists for each event its legal origins and the status that follows; whatever is not listed is
    illegal. Terminal statuses are those that no event leaves.
    """

    def __init__(
        self, subject: str, table: Mapping[Event, Iterable[tuple[Iterable[Status], Status]]]
    ) -> None:
        self.subject = subject
        self._next: dict[tuple[Status, Event], Status] = {
            (origin, event): target
            for event, rows in table.items()
            for origins, target in rows
            for origin in origins
        }

    def next(self, status: Status, event: Event) -> Status:
        """Return the status after `event`, or raise `IllegalTransition`."""
        try:
            return self._next[status, event]
        except KeyError:
            raise IllegalTransition(self.subject, status, event) from None

    def allows(self, status: Status, event: Event) -> bool:
        """Tell whether `event` is legal in `status`."""
        return (status, event) in self._next

    def origins(self, event: Event) -> frozenset[Status]:
        """Return the statuses in which `event` is legal, for compare-and-set claims."""
        return frozenset(status for status, known in self._next if known == event)

    def is_terminal(self, status: Status) -> bool:
        """Tell whether nothing leads out of `status`."""
        return all(origin != status for origin, _ in self._next)
