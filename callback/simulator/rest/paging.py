"""Lists in pages, with Twilio's way of pointing to the next one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final, TypeVar
from urllib.parse import urlencode

from callback.simulator.rest.asked import Asked
from callback.simulator.rest.refusals import Refusal

DEFAULT_PAGE: Final = 50
LARGEST_PAGE: Final = 1_000

T = TypeVar("T")


def page_of(
    asked: Asked,
    name: str,
    items: Sequence[T],
    sid_of: Callable[[T], str],
    render: Callable[[T], dict[str, Any]],
) -> dict[str, Any]:
    """Return one page. A `PageToken` names the last item seen, so that new ones do not shift the rest."""
    size = asked.integer("PageSize", DEFAULT_PAGE, 1, LARGEST_PAGE)
    number = asked.integer("Page", 0, 0, 1_000_000)
    token = asked.text("PageToken")
    start = _after(items, sid_of, token) if token else number * size
    shown = items[start : start + size]
    more = len(items) > start + size
    last = sid_of(shown[-1]) if shown else ""
    return {
        name: [render(item) for item in shown],
        "first_page_uri": _uri(asked, size, 0, ""),
        "next_page_uri": _uri(asked, size, number + 1, f"PA{last}") if more else None,
        "previous_page_uri": _uri(asked, size, number - 1, "") if number and not token else None,
        "page": number,
        "page_size": size,
        "start": start,
        "end": start + len(shown) - 1 if shown else start,
        "uri": _uri(asked, size, number, token),
    }


def _after(items: Sequence[T], sid_of: Callable[[T], str], token: str) -> int:
    for index, item in enumerate(items):
        if token == f"PA{sid_of(item)}":
            return index + 1
    raise Refusal(20001, detail=f"PageToken={token!r} is not valid")


def _uri(asked: Asked, size: int, number: int, token: str) -> str:
    filters = [pair for pair in asked.pairs if pair[0] not in ("Page", "PageSize", "PageToken")]
    query = [*filters, ("PageSize", str(size)), ("Page", str(number))]
    if token:
        query.append(("PageToken", token))
    return f"{asked.path}?{urlencode(query)}"
