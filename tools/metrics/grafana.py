"""Grafana over HTTP: dashboards found and read, annotations written. Within a deadline; a write is sent once."""

from __future__ import annotations

import asyncio
from typing import Any, Final
from urllib.parse import quote

from tools.breaker import Breaker
from tools.errors import GiveUp, NotAllowed, TryLater
from tools.retry import retry_read
from tools.spec import Json

SOURCE: Final = "grafana"
NAME: Final = "Grafana"
MOST: Final = 200
MAX_BYTES: Final = 8 * 1024 * 1024


class Grafana:
    """`url` is the server's root as people open it; `token` that of a service account that may view."""

    def __init__(self, url: str, token: str = "") -> None:
        self.url = url.rstrip("/")
        self._token = token
        self._client: Any = None
        self.breaker = Breaker(NAME)

    async def search(self, text: str = "", tags: tuple[str, ...] = (), seconds: float = 5.0) -> list[Json]:
        """Dashboards whose title holds the text. Raises the three error words."""
        query: list[tuple[str, str]] = [
            ("type", "dash-db"),
            ("limit", str(MOST)),
            *(("tag", t) for t in tags),
        ]
        found = await self._read("search", [*query, ("query", text)] if text else query, seconds)
        return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []

    async def dashboard(self, uid: str, seconds: float = 5.0) -> Json:
        """One dashboard whole: its panels and what they ask."""
        found = await self._read(f"dashboards/uid/{quote(uid, safe='')}", [], seconds)
        inner = found.get("dashboard") if isinstance(found, dict) else None
        return inner if isinstance(inner, dict) else {}

    async def annotations(self, tags: tuple[str, ...], seconds: float = 5.0) -> list[Json]:
        """Those that carry all of these tags, of any time."""
        query = [("type", "annotation"), ("limit", str(MOST)), *(("tags", tag) for tag in tags)]
        found = await self._read("annotations", query, seconds)
        return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []

    async def annotate(self, body: Json, seconds: float = 5.0) -> str:
        """Its id. `body` has time and timeEnd in milliseconds, tags and text. After TryLater nobody knows whether it arrived."""
        answer = await self._ask("POST", "annotations", [], seconds, body)
        return str(answer.get("id", "")) if isinstance(answer, dict) else ""

    def link(self, path: str) -> str:
        """Where a person opens it. A path that leads elsewhere is not followed."""
        return f"{self.url}{path}" if path.startswith("/") and not path.startswith("//") else self.url

    async def _read(self, what: str, query: list[tuple[str, str]], seconds: float) -> Any:
        ends = asyncio.get_running_loop().time() + seconds

        async def once() -> Any:
            return await self._ask("GET", what, query, ends - asyncio.get_running_loop().time())

        return await retry_read(lambda: self.breaker.call(once), ends)

    async def _ask(
        self, method: str, what: str, query: list[tuple[str, str]], left: float, body: Json | None = None
    ) -> Any:
        import httpx

        if left <= 0:
            raise TryLater(f"no time was left to ask {NAME}", SOURCE)
        try:
            async with asyncio.timeout(left):
                answer = await self._connected().request(
                    method, f"/api/{what}", params=query, json=body, timeout=left
                )
        except (TimeoutError, httpx.TimeoutException):
            raise TryLater(f"{NAME} did not answer in time", SOURCE) from None
        except httpx.HTTPError as error:
            raise TryLater(f"{NAME} cannot be reached", SOURCE) from error
        return _checked(answer)

    def _connected(self) -> Any:
        if self._client is None:
            import httpx

            key = {"Authorization": f"Bearer {self._token}"} if self._token else {}
            self._client = httpx.AsyncClient(base_url=self.url, headers={"User-Agent": "cloudops", **key})
        return self._client

    async def close(self) -> None:
        if self._client is not None:
            await self._client.aclose()


def _checked(answer: Any) -> Any:
    if answer.status_code in {401, 403}:
        raise NotAllowed(
            f"{NAME} does not let me in: its token is missing, wrong or may not do that",
            SOURCE,
            needs=f"a token of {NAME}",
        )
    if answer.status_code == 404:
        raise GiveUp(f"{NAME} has no such dashboard", SOURCE, not_found=True)
    if answer.status_code in {400, 422}:
        raise GiveUp(f"{NAME} refused it ({answer.status_code})", SOURCE)
    if answer.status_code >= 400:
        raise TryLater(f"{NAME} answered with an error ({answer.status_code})", SOURCE)
    if len(answer.content) > MAX_BYTES:
        raise GiveUp(f"what {NAME} answered is too large", SOURCE)
    try:
        return answer.json()
    except ValueError:
        raise TryLater(f"{NAME} answered with no JSON: is the address its root?", SOURCE) from None
