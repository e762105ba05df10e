"""A Grafana of this machine, as far as dashboards are found and read and annotations kept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from sandbox.listening import Listener

Json = dict[str, Any]


@dataclass
class Grafana:
    """`dashboards` are their JSON models, with `folder` for the folder's title. Who comes without the token is refused; `viewer` holds one that may only look.

    `annotations` are as they were sent, with their ids, the oldest first. `failing` answers are errors of the server.
    """

    dashboards: Sequence[Json]
    token: str = ""
    viewer: str = ""
    port: int = 0
    failing: int = 0
    annotations: list[Json] = field(default_factory=list)
    calls: list[str] = field(default_factory=list)
    _listener: Listener = field(default_factory=Listener)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def start(self) -> None:
        app = web.Application(middlewares=[self._known])
        app.router.add_get("/api/search", self._search)
        app.router.add_get("/api/dashboards/uid/{uid}", self._one)
        app.router.add_get("/api/annotations", self._annotations)
        app.router.add_post("/api/annotations", self._annotate)
        self.port = await self._listener.open(app, self.port)

    async def stop(self) -> None:
        await self._listener.close()

    @web.middleware
    async def _known(self, request: web.Request, handler: Any) -> web.StreamResponse:
        self.calls.append(request.path_qs)
        key = request.headers.get("Authorization", "").removeprefix("Bearer ")
        if self.token and key not in {self.token, self.viewer or self.token}:
            return web.json_response({"message": "Invalid API key"}, status=401)
        if request.method != "GET" and self.viewer and key == self.viewer:
            return web.json_response({"message": "You'll need additional permissions"}, status=403)
        if self.failing:
            self.failing -= 1
            return web.json_response({"message": "Internal server error"}, status=500)
        answer: web.StreamResponse = await handler(request)
        return answer

    async def _search(self, request: web.Request) -> web.Response:
        text, tags = request.query.get("query", "").lower(), set(request.query.getall("tag", []))
        found = [
            d for d in self.dashboards if text in d["title"].lower() and tags <= set(d.get("tags") or [])
        ]
        limit = int(request.query.get("limit", "1000"))
        return web.json_response([_hit(number, one) for number, one in enumerate(found[:limit], 1)])

    async def _one(self, request: web.Request) -> web.Response:
        uid = request.match_info["uid"]
        found = next((d for d in self.dashboards if d["uid"] == uid), None)
        if found is None:
            return web.json_response({"message": "Dashboard not found"}, status=404)
        meta = {"url": _path(found), "folderTitle": found.get("folder", "General")}
        return web.json_response(
            {"meta": meta, "dashboard": {k: v for k, v in found.items() if k != "folder"}}
        )

    async def _annotations(self, request: web.Request) -> web.Response:
        tags, limit = set(request.query.getall("tags", [])), int(request.query.get("limit", "100"))
        found = [one for one in reversed(self.annotations) if tags <= set(one["tags"])]
        return web.json_response(found[:limit])

    async def _annotate(self, request: web.Request) -> web.Response:
        body = await request.json()
        if not body.get("text"):
            return web.json_response({"message": "Failed to save annotation"}, status=400)
        begins = int(body["time"])
        one = {"id": len(self.annotations) + 1, "time": begins, "timeEnd": int(body.get("timeEnd") or begins), "tags": list(body.get("tags") or []), "text": str(body["text"])}  # fmt: skip
        self.annotations.append(one)
        return web.json_response({"message": "Annotation added", "id": one["id"]})


def _path(one: Json) -> str:
    return f"/d/{one['uid']}/{one['title'].lower().replace(' ', '-')}"


def _hit(number: int, one: Json) -> Json:
    found = {"id": number, "uid": one["uid"], "title": one["title"], "uri": f"db/{one['uid']}", "url": _path(one), "slug": "", "type": "dash-db", "tags": one.get("tags") or [], "isStarred": False}  # fmt: skip
    return found | ({"folderTitle": one["folder"]} if one.get("folder") else {})
