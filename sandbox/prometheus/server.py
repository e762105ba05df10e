"""The HTTP API: queries, series, labels, health. GET and POST, as Prometheus takes them."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

import promql_parser as promql
from aiohttp import web

from sandbox.listening import Listener
from sandbox.prometheus.answers import instant, ranged
from sandbox.prometheus.errors import QueryError, bad_data
from sandbox.prometheus.evaluate import parsed, seconds
from sandbox.prometheus.matching import select
from sandbox.prometheus.series import NAME, Series, SeriesSource

Answer = Callable[[Any], Any]


class PrometheusServer:
    """Serves `source` on this machine; `now` is the time of queries that name none, `alerts` what its rules say now."""

    def __init__(
        self,
        source: SeriesSource,
        *,
        port: int = 0,
        now: Callable[[], float] = time.time,
        alerts: Callable[[], Iterable[dict[str, Any]]] = tuple,
    ) -> None:
        self._source = source
        self._rules = alerts
        self._now = now
        self._port = port
        self._listener = Listener()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._port}"

    async def start(self) -> None:
        app = web.Application()
        for path, answer in (
            ("query", self._query),
            ("query_range", self._query_range),
            ("series", self._series),
            ("labels", self._labels),
        ):
            app.router.add_route("GET", f"/api/v1/{path}", self._answering(answer))
            app.router.add_route("POST", f"/api/v1/{path}", self._answering(answer))
        app.router.add_get("/api/v1/label/{name}/values", self._values)
        app.router.add_get("/api/v1/alerts", self._alerts)
        app.router.add_get("/api/v1/status/buildinfo", self._build)
        app.router.add_get("/-/ready", _ready)
        app.router.add_get("/-/healthy", _ready)
        self._port = await self._listener.open(app, self._port)

    async def stop(self) -> None:
        await self._listener.close()

    def _answering(self, answer: Answer) -> Callable[[web.Request], Any]:
        async def handle(request: web.Request) -> web.Response:
            form = await request.post() if request.method == "POST" else request.query
            try:
                return web.json_response({"status": "success", "data": answer(form)})
            except QueryError as error:
                body = {"status": "error", "errorType": error.kind, "error": error.text}
                return web.json_response(body, status=error.status)

        return handle

    def _query(self, form: Any) -> Any:
        return instant(self._source, _text(form, "query"), self._time(form, "time"))

    def _query_range(self, form: Any) -> Any:
        start, end = self._time(form, "start"), self._time(form, "end")
        return ranged(self._source, _text(form, "query"), start, end, _span(_text(form, "step")))

    def _series(self, form: Any) -> Any:
        return [dict(series.labels) for series in self._matching(form)]

    def _labels(self, form: Any) -> Any:
        return sorted({name for series in self._matching(form, whole=True) for name in series.labels})

    def _matching(self, form: Any, *, whole: bool = False) -> Iterable[Series]:
        matches = form.getall("match[]", [])
        if not matches and not whole:
            raise bad_data("no match[] parameter provided")
        if not matches:
            return [series for name in self._source.names() for series in self._source.named(name)]
        found = {id(s.times): s for text in matches for s in select(self._source, _selector(text))}
        return list(found.values())

    async def _values(self, request: web.Request) -> web.Response:
        name = request.match_info["name"]
        if name == NAME:
            return web.json_response({"status": "success", "data": sorted(self._source.names())})
        everything = (s for metric in self._source.names() for s in self._source.named(metric))
        found = sorted({s.labels[name] for s in everything if name in s.labels})
        return web.json_response({"status": "success", "data": found})

    async def _alerts(self, _: web.Request) -> web.Response:
        return web.json_response({"status": "success", "data": {"alerts": list(self._rules())}})

    async def _build(self, _: web.Request) -> web.Response:
        data = {"version": "3.0.0-local", "revision": "local workspace"}
        return web.json_response({"status": "success", "data": data})

    def _time(self, form: Any, name: str) -> float:
        text = form.get(name)
        return self._now() if not text else _moment(name, str(text))


async def _ready(_: web.Request) -> web.Response:
    return web.Response(text="Prometheus Server is Ready.\n")


def _text(form: Any, name: str) -> str:
    text = str(form.get(name) or "")
    if not text:
        raise bad_data(f'invalid parameter "{name}": missing')
    return text


def _selector(text: str) -> promql.VectorSelector:
    tree = parsed(text)
    if not isinstance(tree, promql.VectorSelector):
        raise bad_data(f'invalid parameter "match[]": {text} is no selector')
    return tree


def _moment(name: str, text: str) -> float:
    try:
        at = float(text)
    except ValueError:
        try:
            at = datetime.fromisoformat(text).timestamp()
        except ValueError:
            raise bad_data(
                f'invalid parameter "{name}": cannot parse "{text}" to a valid timestamp'
            ) from None
    if not math.isfinite(at):
        raise bad_data(f'invalid parameter "{name}": cannot parse "{text}" to a valid timestamp')
    return at


def _span(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        pass
    try:
        return seconds(promql.parse_duration(text))
    except ValueError:
        raise bad_data(f'invalid parameter "step": cannot parse "{text}" to a valid duration') from None
