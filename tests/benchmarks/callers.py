"""Callers for the benchmarks: signed forms as Twilio sends them, and a client that posts them over HTTP."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from twilio.request_validator import RequestValidator

PLACES = ("City", "State", "Zip", "Country")
CONNECTIONS = 16


@dataclass(frozen=True)
class Post:
    """One request, ready to be sent."""

    raw: bytes


class Company:
    """Signs what it sends; `base` is the address of the server under test, and the one that is signed."""

    def __init__(self, host: str, port: int, token: str, called: str) -> None:
        self.host, self.port = host, port
        self._base = f"http://{host}:{port}"
        self._validator = RequestValidator(token)
        self._called = called

    def form(self, number: int, **more: str) -> dict[str, str]:
        """Return the standard parameters of caller `number`, the empty ones included."""
        caller = f"+1415556{number:04d}"
        ends = {"From": caller, "Caller": caller, "To": self._called, "Called": self._called}
        places = {f"{end}{place}": "" for end in ends for place in PLACES}
        return {
            "CallSid": f"CA{number:032d}",
            "AccountSid": "AC" + "0" * 32,
            "ApiVersion": "2010-04-01",
            "CallStatus": "in-progress",
            "Direction": "inbound",
            **ends,
            **places,
            **more,
        }

    def queued(self, number: int, **more: str) -> dict[str, str]:
        """Return the parameters of caller `number` in the queue."""
        return self.form(
            number,
            QueueSid="QU" + "0" * 32,
            QueuePosition=str(number + 1),
            QueueTime="40",
            AvgQueueTime="90",
            CurrentQueueSize="20",
            MaxQueueSize="1000",
            **more,
        )

    def post(self, path: str, form: dict[str, str]) -> Post:
        """Return a signed request."""
        signature = self._validator.compute_signature(f"{self._base}{path}", form)
        body = urlencode(form).encode()
        head = (
            f"POST {path} HTTP/1.1\r\nHost: {self.host}:{self.port}\r\n"
            "Content-Type: application/x-www-form-urlencoded\r\nUser-Agent: TwilioProxy/1.1\r\n"
            f"X-Twilio-Signature: {signature}\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        return Post(head.encode() + body)

    async def send_all(
        self, posts: Iterable[Post], connections: int = CONNECTIONS
    ) -> list[tuple[float, bytes]]:
        """Send everything as fast as `connections` allow; return seconds and body of each answer."""
        waiting = iter(posts)
        answers: list[tuple[float, bytes]] = []

        async def work() -> None:
            line = await Line.open(self.host, self.port)
            answers.extend([await line.ask(post) for post in waiting])
            line.close()

        await asyncio.gather(*(work() for _ in range(connections)))
        return answers

    async def rate(self, posts: Sequence[Post], connections: int = CONNECTIONS) -> float:
        """Return requests per second over `posts`."""
        began = time.perf_counter()
        await self.send_all(posts, connections)
        return len(posts) / (time.perf_counter() - began)

    async def paced(self, posts: Sequence[Post], per_second: float) -> list[float]:
        """Send at a steady rate whatever the answers do; return the seconds from due to answered."""
        free = [await Line.open(self.host, self.port) for _ in range(CONNECTIONS)]
        began = time.perf_counter()

        async def one(number: int, post: Post) -> float:
            due = began + number / per_second
            await asyncio.sleep(due - time.perf_counter())
            line = free.pop() if free else await Line.open(self.host, self.port)
            await line.ask(post)
            free.append(line)
            return time.perf_counter() - due

        seconds = await asyncio.gather(*(one(*numbered) for numbered in enumerate(posts)))
        for line in free:
            line.close()
        return sorted(seconds)


class Line:
    """One kept connection. Plain streams, so that the client costs little beside the server."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer

    @classmethod
    async def open(cls, host: str, port: int) -> Line:
        return cls(*await asyncio.open_connection(host, port))

    async def ask(self, post: Post) -> tuple[float, bytes]:
        """Send a request; return the seconds that the answer took, and its body.

        Raises:
            AssertionError: it was not answered with 200.

        """
        began = time.perf_counter()
        self._writer.write(post.raw)
        head = await self._reader.readuntil(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 200"), head
        _, _, after = head.lower().partition(b"content-length:")
        body = await self._reader.readexactly(int(after.partition(b"\r\n")[0]))
        return time.perf_counter() - began, body

    def close(self) -> None:
        self._writer.close()


def percentile(ordered: Sequence[float], share: float) -> float:
    """Return the value below which `share` (0–1) of ordered values lie."""
    return ordered[min(len(ordered) - 1, round(share * (len(ordered) - 1)))]
