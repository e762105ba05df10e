"""Alertmanager over HTTP, its API of version 2: alerts and silences. Reads within a deadline; a write is sent once."""

from __future__ import annotations

import asyncio
from typing import Any, Final

from tools.breaker import Breaker
from tools.errors import GiveUp, NotAllowed, TryLater
from tools.retry import retry_read
from tools.spec import Json

SOURCE: Final = "alertmanager"
NAME: Final = "Alertmanager"


class Alertmanager:
    """`url` is the server's root."""

    def __init__(self, url: str) -> None:
        self._url = url.rstrip("/")
        self._client: Any = None
        self.breaker = Breaker(NAME)

    async def alerts(self, seconds: float = 5.0) -> list[Json]:
        """Those that fire, silenced ones too. Raises the three error words."""
        return list(await self._read("alerts", seconds) or [])

    async def silences(self, seconds: float = 5.0) -> list[Json]:
        """All that it remembers, those that are over too."""
        return list(await self._read("silences", seconds) or [])

    async def create(self, silence: Json, seconds: float = 5.0) -> str:
        """Its id. Sent once: after TryLater nobody knows whether it arrived."""
        answer = await self._send("POST", "silences", seconds, silence)
        return str(answer.json().get("silenceID", ""))

    async def expire(self, ident: str, seconds: float = 5.0) -> None:
        await self._send("DELETE", f"silence/{ident}", seconds)

    async def _read(self, what: str, seconds: float) -> Any:
        ends = asyncio.get_running_loop().time() + seconds

        async def once() -> Any:
            left = ends - asyncio.get_running_loop().time()
            return (await self._send("GET", what, left)).json()

        return await retry_read(lambda: self.breaker.call(once), ends)

    async def _send(self, method: str, what: str, seconds: float, body: Json | None = None) -> Any:
        import httpx

        if seconds <= 0:
            raise TryLater(f"no time was left to ask {NAME}", SOURCE)
        try:
            async with asyncio.timeout(seconds):
                answer = await self._connected().request(
                    method, f"/api/v2/{what}", json=body, timeout=seconds
                )
        except (TimeoutError, httpx.TimeoutException):
            raise TryLater(f"{NAME} did not answer in time", SOURCE) from None
        except httpx.HTTPError as error:
            raise TryLater(f"{NAME} cannot be reached", SOURCE) from error
        return _checked(answer)

    def _connected(self) -> Any:
        if self._client is None:
            import httpx

            self._client = httpx.AsyncClient(base_url=self._url, headers={"User-Agent": "cloudops"})
        return self._client

    async def close(self) -> None:
        if self._client is not None:
            await self._client.aclose()


def _checked(answer: Any) -> Any:
    if answer.status_code in {401, 403}:
        raise NotAllowed(f"{NAME} does not let me do that", SOURCE, needs=f"access to {NAME}")
    if answer.status_code == 404:
        raise GiveUp(f"{NAME} knows nothing there", SOURCE, not_found=True)
    if answer.status_code >= 500:
        raise TryLater(f"{NAME} answered with an error ({answer.status_code})", SOURCE)
    if answer.status_code >= 400:
        raise GiveUp(f"{NAME} refused it ({answer.status_code}): {answer.text[:200]}", SOURCE)
    return answer
