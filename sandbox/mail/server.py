"""The mail server with what it took, the newest last."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import email
import email.policy
import time
from collections import deque
from dataclasses import dataclass, field
from email.message import EmailMessage
from typing import Any, Final, Self

from sandbox.mail.talk import LARGEST, Talk

KEPT: Final = 200
FROM: Final = "cloudops@shop.example"


@dataclass
class LocalMail:
    """Use as an async context manager."""

    port: int = 0
    mails: deque[dict[str, Any]] = field(default_factory=lambda: deque(maxlen=KEPT))
    _server: asyncio.Server | None = None
    _open: set[asyncio.StreamWriter] = field(default_factory=set)

    def environment(self) -> dict[str, str]:
        return {"SMTP_URL": f"smtp://127.0.0.1:{self.port}", "SMTP_FROM": FROM}

    async def start(self) -> None:
        self._server = await asyncio.start_server(self._talk, "127.0.0.1", self.port, limit=LARGEST)
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        if self._server is not None:
            self._server.close()
            for writer in self._open:
                writer.close()
            await self._server.wait_closed()

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._open.add(writer)
        with contextlib.suppress(ConnectionError, ValueError):  # so long a line nobody's client sends
            await Talk(reader, writer, self._take).serve()
        self._open.discard(writer)
        writer.close()
        with contextlib.suppress(ConnectionError):
            await writer.wait_closed()

    def _take(self, sender: str, to: tuple[str, ...], body: bytes) -> None:
        self.mails.append(shown(sender, to, body, time.time()))


def shown(sender: str, to: tuple[str, ...], body: bytes, at: float) -> dict[str, Any]:
    """JSON of a mail: its plain text, and its pictures with what they say in words."""
    mail = email.message_from_bytes(body, policy=email.policy.default)
    assert isinstance(mail, EmailMessage)  # noqa: S101 - what this policy makes
    text = mail.get_body(("plain",))
    return {
        "at": at,
        "from": str(mail["From"] or sender),
        "to": list(to),
        "subject": str(mail["Subject"] or ""),
        "text": str(text.get_content()).replace("\r\n", "\n") if text is not None else "",
        "pictures": [_picture(part) for part in mail.walk() if part.get_content_type() == "image/png"],
    }


def _picture(part: Any) -> dict[str, str]:
    data = base64.b64encode(part.get_payload(decode=True) or b"").decode()
    return {"url": f"data:image/png;base64,{data}", "alt": str(part["Content-Description"] or "")}
