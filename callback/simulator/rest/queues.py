"""The Queues resource and its members."""

from __future__ import annotations

from typing import Any

from callback.simulator.exchange import Exchange
from callback.simulator.queue import DEFAULT_MAX_SIZE, Member, Queue
from callback.simulator.rest.asked import Asked
from callback.simulator.rest.paging import page_of
from callback.simulator.rest.refusals import Refusal, not_found
from callback.simulator.rest.resources import member_json, queue_json
from callback.simulator.steps import GoTo
from callback.simulator.twiml.queueing import LONGEST_NAME
from callback.simulator.verbs.enqueue import Dequeued

LARGEST_QUEUE = 5_000


def create(exchange: Exchange, asked: Asked) -> tuple[int, dict[str, Any]]:
    """Make a queue."""
    name = asked.text("FriendlyName")
    if not name or len(name) > LONGEST_NAME:
        raise Refusal(20001, detail="FriendlyName needs 1 to 64 characters")
    if exchange.find_queue(name) is not None:
        raise Refusal(22003, detail=f"there is a queue named {name!r} already")
    size = asked.integer("MaxSize", DEFAULT_MAX_SIZE, 1, LARGEST_QUEUE, 22003)
    return 201, queue_json(exchange.queue_named(name, size), exchange.account)


def fetch(exchange: Exchange, asked: Asked) -> tuple[int, dict[str, Any]]:
    """Return one queue."""
    return 200, queue_json(_find(exchange, asked.names["sid"]), exchange.account)


def update(exchange: Exchange, asked: Asked) -> tuple[int, dict[str, Any]]:
    """Rename or resize a queue."""
    queue = _find(exchange, asked.names["sid"])
    queue.max_size = asked.integer("MaxSize", queue.max_size, 1, LARGEST_QUEUE, 22003)
    queue.name = asked.text("FriendlyName") or queue.name
    queue.updated_at = exchange.clock.now()
    return 200, queue_json(queue, exchange.account)


def delete(exchange: Exchange, asked: Asked) -> tuple[int, None]:
    """Remove an empty queue."""
    queue = _find(exchange, asked.names["sid"])
    if queue.members:
        raise Refusal(20409, detail="the queue is not empty")
    del exchange.queues[queue.sid]
    return 204, None


def listed(exchange: Exchange, asked: Asked) -> tuple[int, dict[str, Any]]:
    """Return the queues."""
    return 200, page_of(
        asked,
        "queues",
        list(exchange.queues.values()),
        lambda queue: queue.sid,
        lambda queue: queue_json(queue, exchange.account),
    )


def list_members(exchange: Exchange, asked: Asked) -> tuple[int, dict[str, Any]]:
    """Return a queue's members from front to end."""
    queue = _find(exchange, asked.names["queue_sid"])
    return 200, page_of(
        asked,
        "queue_members",
        list(queue.members),
        lambda member: member.call.sid,
        lambda member: member_json(member, queue, exchange.account),
    )


def fetch_member(exchange: Exchange, asked: Asked) -> tuple[int, dict[str, Any]]:
    """Return one member."""
    queue = _find(exchange, asked.names["queue_sid"])
    member = _member(queue, asked.names["call_sid"])
    return 200, member_json(member, queue, exchange.account)


def dequeue_member(exchange: Exchange, asked: Asked) -> tuple[int, dict[str, Any]]:
    """Take a member out and give it a document; by CallSid only the first request succeeds."""
    queue = _find(exchange, asked.names["queue_sid"])
    url, method = asked.url("Url"), asked.http_method("Method")
    if not url:
        raise Refusal(21205)
    member = _member(queue, asked.names["call_sid"])
    answer = member_json(member, queue, exchange.account)
    queue.take(member, Dequeued(GoTo(url, method)))
    return 200, answer


def _find(exchange: Exchange, sid: str) -> Queue:
    queue = exchange.queues.get(sid)
    if queue is None:
        raise not_found(f"Queues/{sid}")
    return queue


def _member(queue: Queue, call_sid: str) -> Member:
    member = queue.find(call_sid)
    if member is not None:
        return member
    if call_sid in queue.served:
        raise Refusal(21220, detail="the call was dequeued before")
    raise not_found(f"Queues/{queue.sid}/Members/{call_sid}")
