"""One POST to somebody else's server, and what its answer means. No redirect is followed: it could lead anywhere."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus

import aiohttp

from bot.notify.ways import MayHaveArrived
from tools.errors import GiveUp, NotAllowed, TryLater

SECONDS = 10.0
LARGEST = 4096
LONGEST_WAIT_S = 3600.0
LATER = frozenset({HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_EARLY, HTTPStatus.TOO_MANY_REQUESTS})
UNANSWERED = (aiohttp.ServerDisconnectedError, aiohttp.ClientPayloadError, aiohttp.ServerTimeoutError)


@dataclass(frozen=True, slots=True)
class Poster:
    """`who` is the far end in words."""

    http: aiohttp.ClientSession
    who: str

    async def post(self, address: str, body: bytes, headers: Mapping[str, str]) -> bytes:
        """The first of what it answered. Raises ToolError."""
        limit = aiohttp.ClientTimeout(total=SECONDS, sock_connect=SECONDS / 2)
        sent = {"Content-Type": "application/json", **headers}
        try:
            async with self.http.post(
                address, data=body, headers=sent, timeout=limit, allow_redirects=False
            ) as answer:
                said = await answer.content.read(LARGEST)
                self._judge(answer.status, answer.headers.get("Retry-After", ""))
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError) as error:
            raise TryLater(f"{self.who} cannot be reached ({type(error).__name__})") from error
        except aiohttp.InvalidURL as error:
            raise GiveUp(f"{self.who}: no address") from error
        except (TimeoutError, aiohttp.ClientError, OSError) as error:
            raise MayHaveArrived(f"{self.who} gave no answer ({type(error).__name__})") from error
        return said

    def _judge(self, status: int, wait: str) -> None:
        if status < HTTPStatus.MULTIPLE_CHOICES:
            return
        if status >= HTTPStatus.INTERNAL_SERVER_ERROR or status in LATER:
            seconds = min(float(wait), LONGEST_WAIT_S) if wait.isdigit() else 0.0
            raise TryLater(f"{self.who} answers {status}", retry_after=seconds)
        if status in {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}:
            raise NotAllowed(f"{self.who} does not let us in ({status})")
        if status < HTTPStatus.BAD_REQUEST:
            raise GiveUp(f"{self.who} answers {status}, a redirect, which is not followed")
        raise GiveUp(f"{self.who} refuses it for good ({status})")
