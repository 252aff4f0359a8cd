"""A small SMTP server (RFC 5321, AUTH PLAIN of RFC 4954) on this machine, which keeps what it is given."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import cast


class MailServer:
    """Takes messages as long as `answers` (by command) say nothing else; `said` is every line that came in."""

    def __init__(self, user: str = "", password: str = "") -> None:
        self._credentials = base64.b64encode(f"\0{user}\0{password}".encode()).decode()
        self._signs_in = bool(user)
        self.port = 0
        self.messages: list[EmailMessage] = []
        self.said: list[str] = []
        self.answers: dict[str, str] = {}
        self.hangs_up_after_data = False

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await self._say(writer, "220 here")
        while line := (await reader.readline()).decode().rstrip("\r\n"):
            self.said.append(line)
            command = line.partition(" ")[0].upper()
            if (answer := self._answer(command, line)) is not None:
                await self._say(writer, answer)
            elif command == "DATA":
                await self._say(writer, "354 go on")
                await self._take(reader)
                if self.hangs_up_after_data:
                    break
                await self._say(writer, "250 taken")
            if command == "QUIT":
                break
        writer.close()

    def _answer(self, command: str, line: str) -> str | None:
        told = next(
            (text for start, text in self.answers.items() if line.upper().startswith(start)), None
        )
        if told is not None:
            return told
        match command:
            case "EHLO":
                return "250-here\r\n250 AUTH PLAIN" if self._signs_in else "250 here"
            case "AUTH":
                right = line.endswith(self._credentials)
                return "235 welcome" if right else "535 who are you"
            case "DATA":
                return None
            case "QUIT":
                return "221 bye"
            case _:
                return "250 fine"

    async def _take(self, reader: asyncio.StreamReader) -> None:
        lines: list[bytes] = []
        while (line := await reader.readline()) not in {b".\r\n", b""}:
            lines.append(line.removeprefix(b"."))
        message = message_from_bytes(b"".join(lines), policy=policy.default)
        self.messages.append(cast(EmailMessage, message))

    async def _say(self, writer: asyncio.StreamWriter, text: str) -> None:
        writer.write(f"{text}\r\n".encode())
        await writer.drain()


@asynccontextmanager
async def mail_server(user: str = "", password: str = "") -> AsyncIterator[MailServer]:
    """Run one on a free port."""
    there = MailServer(user, password)
    server = await asyncio.start_server(there.serve, "127.0.0.1", 0)
    there.port = server.sockets[0].getsockname()[1]
    try:
        yield there
    finally:
        server.close()
        await server.wait_closed()
