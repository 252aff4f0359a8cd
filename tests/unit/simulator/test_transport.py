"""The transport of production, against a server on this machine's loopback."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator

import pytest

from callback.simulator.transport import (
    AiohttpTransport,
    ConnectFailure,
    ReadFailure,
    Timeouts,
)

BRISK = Timeouts(connect=1.0, read=0.05, total=1.0)


@pytest.fixture
async def transport() -> AsyncIterator[AiohttpTransport]:
    there = AiohttpTransport()
    yield there
    await there.close()


async def served(answer: bytes, heard: list[bytes]) -> asyncio.Server:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heard.append(await reader.readuntil(b"\r\n\r\n"))
        if answer:
            writer.write(answer)
            await writer.drain()
            writer.close()
        else:
            await reader.read()
            writer.close()

    return await asyncio.start_server(talk, "127.0.0.1", 0)


def url_of(server: asyncio.Server) -> str:
    return f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"


async def test_the_url_is_sent_as_it_was_signed(transport: AiohttpTransport) -> None:
    heard: list[bytes] = []
    answer = b"HTTP/1.1 302 Found\r\nLocation: /x\r\nSet-Cookie: a=b; Path=/\r\nContent-Length: 2\r\n\r\nhi"
    server = await served(answer, heard)
    async with server:
        response = await transport.request(
            "GET", url_of(server) + "/a%2Bb?c=%20&d=e%2Ff", {}, b"", Timeouts()
        )
    assert heard[0].startswith(b"GET /a%2Bb?c=%20&d=e%2Ff HTTP/1.1\r\n")
    assert (response.status, response.body) == (302, b"hi")
    assert response.headers["location"] == "/x"
    assert response.cookies == {"a": "b"}


async def test_nobody_listens(transport: AiohttpTransport) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{free.getsockname()[1]}/"
        with pytest.raises(ConnectFailure):
            await transport.request("POST", url, {}, b"a=b", BRISK)


@pytest.mark.parametrize("answer", [b"", b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nshort"])
async def test_no_whole_answer_comes(transport: AiohttpTransport, answer: bytes) -> None:
    server = await served(answer, [])
    with pytest.raises(ReadFailure):
        await transport.request("POST", url_of(server), {}, b"a=b", BRISK)
    await transport.close()
    server.close()
    await server.wait_closed()
