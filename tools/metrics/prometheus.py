"""A Prometheus-compatible server over HTTP: instant and range queries, within a deadline."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from tools.breaker import Breaker
from tools.errors import GiveUp, NotAllowed, TryLater
from tools.retry import retry_read

POINTS: Final = 60  # of a chart: more say nothing more
AT_ONCE: Final = 8
MAX_BYTES: Final = 8 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Sample:
    """One series of an answer: its labels and (seconds since 1970, value) points, oldest first."""

    labels: dict[str, str]
    points: tuple[tuple[float, float], ...]

    @property
    def last(self) -> float:
        return self.points[-1][1]

    @property
    def name(self) -> str:
        kept = {k: v for k, v in self.labels.items() if k != "__name__"}
        return ", ".join(f"{k}={v}" for k, v in sorted(kept.items())) or self.labels.get("__name__", "value")


class Prometheus:
    """`url` is the server's root. Reads only."""

    def __init__(self, url: str) -> None:
        self._url = url.rstrip("/")
        self._client: Any = None
        self._free = asyncio.Semaphore(AT_ONCE)
        self.breaker = Breaker("Prometheus")

    async def instant(self, query: str, at: datetime, seconds: float = 5.0) -> tuple[Sample, ...]:
        """Series with one point each; a scalar is a series without labels."""
        return await self._query("query", {"query": query, "time": f"{at.timestamp():.3f}"}, seconds)

    async def range(
        self, query: str, since: datetime, until: datetime, seconds: float = 5.0, step_s: float | None = None
    ) -> tuple[Sample, ...]:
        """At most 60 points a series unless `step_s` asks for more."""
        span = max((until - since) / timedelta(seconds=1), 1.0)
        step = step_s or max(round(span / POINTS), 1)
        bounds = {"start": f"{since.timestamp():.3f}", "end": f"{until.timestamp():.3f}", "step": f"{step:g}"}
        return await self._query("query_range", {"query": query, **bounds}, seconds)

    async def alerts(self, seconds: float = 5.0) -> list[dict[str, Any]]:
        """Alerts of its rules that are pending or fire, as it keeps them."""
        ends = asyncio.get_running_loop().time() + seconds
        body = await retry_read(lambda: self.breaker.call(lambda: self._get("alerts", None, ends)), ends)
        return list((body.get("data") or {}).get("alerts") or [])

    async def _query(self, what: str, params: dict[str, str], seconds: float) -> tuple[Sample, ...]:
        ends = asyncio.get_running_loop().time() + seconds
        body = await retry_read(lambda: self.breaker.call(lambda: self._get(what, params, ends)), ends)
        return _samples(body["data"])

    async def _get(self, what: str, params: dict[str, str] | None, ends: float) -> dict[str, Any]:
        """A query is posted, for it may be long; what takes no parameters is only served to a GET."""
        import httpx

        left = ends - asyncio.get_running_loop().time()
        if left <= 0:
            raise TryLater("no time was left to ask Prometheus", "prometheus")
        try:
            async with asyncio.timeout(left), self._free:
                method = "GET" if params is None else "POST"
                answer = await self._connected().request(method, f"/api/v1/{what}", data=params, timeout=left)
        except (TimeoutError, httpx.TimeoutException):
            raise TryLater("Prometheus did not answer in time", "prometheus") from None
        except httpx.HTTPError as error:
            raise TryLater("Prometheus cannot be reached", "prometheus") from error
        return _body(answer)

    def _connected(self) -> Any:
        if self._client is None:
            import httpx

            self._client = httpx.AsyncClient(base_url=self._url, headers={"User-Agent": "cloudops"})
        return self._client

    async def close(self) -> None:
        if self._client is not None:
            await self._client.aclose()


def _body(answer: Any) -> dict[str, Any]:
    if answer.status_code in {401, 403}:
        raise NotAllowed("Prometheus does not let me in", "prometheus", needs="read access to Prometheus")
    if len(answer.content) > MAX_BYTES:
        raise GiveUp("the query's answer is too large; ask for fewer series", "prometheus")
    try:
        body: dict[str, Any] = answer.json()
    except ValueError:
        raise TryLater(f"Prometheus answered with no JSON ({answer.status_code})", "prometheus") from None
    if body.get("status") == "success":
        return body
    if body.get("errorType") in {"bad_data", "execution"}:
        raise GiveUp(f"Prometheus cannot run this query: {str(body.get('error'))[:300]}", "prometheus")
    raise TryLater(f"Prometheus answered with an error ({answer.status_code})", "prometheus")


def _samples(data: dict[str, Any]) -> tuple[Sample, ...]:
    result = data.get("result") or []
    if data.get("resultType") == "scalar":
        return (Sample({}, ((float(result[0]), float(result[1])),)),)
    found = []
    for series in result:
        points = series.get("values") or [series["value"]]
        found.append(Sample(series.get("metric") or {}, tuple((float(at), float(v)) for at, v in points)))
    return tuple(found)
