"""One SMTP connection (RFC 5321), as far as a client needs it that hands over a mail: no TLS and no login, which this machine needs not."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from typing import Final

LARGEST: Final = 5 * 1024 * 1024
LINE: Final = 4096
_PATH: Final = re.compile(rb"(?:FROM|TO):\s*<([^<>\s]*)>", re.IGNORECASE)
Take = Callable[[str, tuple[str, ...], bytes], None]


class TooMuchError(Exception):
    """More than a mail may be."""


class Talk:
    """`take` gets the sender, the recipients and the mail's own bytes."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, take: Take) -> None:
        self._reader, self._writer, self._take = reader, writer, take
        self._sender: str | None = None
        self._to: list[str] = []

    async def serve(self) -> None:
        """Until it says good-bye or is gone."""
        await self._say("220 local mail server; nothing is delivered")
        while line := await self._reader.readline():
            word, _, rest = line.strip().partition(b" ")
            command = word.upper()
            if command == b"QUIT":
                return await self._say("221 bye")
            await self._say(await self._answer(command, rest))
        return None

    async def _answer(self, command: bytes, rest: bytes) -> str:
        if command == b"EHLO":
            return f"250-local\r\n250-8BITMIME\r\n250 SIZE {LARGEST}"
        if command in {b"MAIL", b"RCPT"}:
            return self._named(command, rest)
        if command == b"DATA":
            return await self._data()
        if command == b"RSET":
            self._sender, self._to = None, []
        return "250 OK" if command in {b"HELO", b"NOOP", b"RSET"} else "502 not known here"

    def _named(self, command: bytes, rest: bytes) -> str:
        found = _PATH.match(rest)
        if found is None:
            return "501 an address in angle brackets is expected"
        address = found[1].decode("utf-8", "replace")
        if command == b"MAIL":
            self._sender, self._to = address, []
        elif self._sender is None:
            return "503 MAIL comes first"
        else:
            self._to.append(address)
        return "250 OK"

    async def _data(self) -> str:
        if self._sender is None or not self._to:
            return "503 MAIL and RCPT come first"
        await self._say("354 go on, end with a dot alone")
        try:
            body = await self._body()
        except TooMuchError:
            return "552 too large"
        self._take(self._sender, tuple(self._to), body)
        self._sender, self._to = None, []
        return "250 taken"

    async def _body(self) -> bytes:
        """Up to the dot, read to its end even where it is too large. Raises TooMuchError."""
        lines, size = [], 0
        while (line := await self._reader.readline()) not in {b".\r\n", b".\n", b""}:
            size += len(line)
            if size <= LARGEST:
                lines.append(line.removeprefix(b".") if line.startswith(b"..") else line)
        if size > LARGEST:
            raise TooMuchError
        return b"".join(lines)

    async def _say(self, text: str) -> None:
        self._writer.write(f"{text}\r\n".encode())
        await self._writer.drain()
