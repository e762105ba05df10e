"""The workspace on one port: Web API, Socket Mode links, response and upload addresses, /local/*, and the page."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, Final

from aiohttp import web

from sandbox.listening import Listener, Running
from sandbox.slack import addresses, pages
from sandbox.slack.api.front import Front
from sandbox.slack.core.errors import BadInput
from sandbox.slack.core.manifest import AppManifest
from sandbox.slack.core.people import BOT_USER
from sandbox.slack.core.timing import Timing
from sandbox.slack.delivery.http import SignedHttp
from sandbox.slack.driver import Driver
from sandbox.slack.local import routes, stream
from sandbox.slack.local.inputs import Inputs
from sandbox.slack.workspace import Json, Workspace

LARGEST: Final = 16 * 1024 * 1024
Control = Callable[[str], Awaitable[dict[str, Any]]]


class LocalSlack(Driver, Running):
    """Use as an async context manager. `state` keeps messages, channels and files over restarts."""

    def __init__(
        self,
        manifest: Mapping[str, Any],
        *,
        state: Path | None = None,
        port: int = 0,
        host: str = "127.0.0.1",
        clock: Callable[[], float] = time.time,
        timing: Timing | None = None,
    ) -> None:
        declared = AppManifest.read(manifest)
        self.workspace = Workspace(declared, state=state, timing=timing or Timing(), clock=clock)
        super().__init__(self.workspace)
        self.info: Json = {}
        self.mails: Iterable[Json] = ()  # what a mail server beside it took
        self.controls: Control | None = None
        self._host, self._port = host, port
        self._listener = Listener(closing_s=0.2)
        self._http: SignedHttp | None = None
        self._bot: Json = {"state": "starting"}

    @property
    def url(self) -> str:
        return f"http://{self._host}:{self._port}"

    @property
    def api_url(self) -> str:
        return f"{self.url}/api/"

    @property
    def bot_token(self) -> str:
        return self.workspace.bot_token

    @property
    def app_token(self) -> str:
        return self.workspace.app_token

    @property
    def signing_secret(self) -> str:
        return self.workspace.signing_secret

    @property
    def bot_state(self) -> Json:
        return self._bot

    @bot_state.setter
    def bot_state(self, state: Json) -> None:
        """What the supervisor knows of the bot's process; pages are told."""
        self._bot = state
        self.workspace.feed.tell("bot", state)

    async def start(self) -> None:
        self.workspace.remember()
        app = web.Application(client_max_size=LARGEST, middlewares=[pages.guarded, routes.same_site])
        self._add_routes(app)
        self._port = await self._listener.open(app, self._port, self._host)
        self.workspace.url = self.url

    def _add_routes(self, app: web.Application) -> None:
        workspace = self.workspace
        app.router.add_route("*", "/api/{method}", Front(workspace).handle)
        app.router.add_get("/link/", workspace.links.accept)
        addresses.add_routes(app, workspace)
        routes.add_routes(app, workspace)
        app.router.add_get("/local/events", self._events)
        app.router.add_get("/local/info", routes.asked(workspace, self._info))
        app.router.add_get("/local/mails", routes.asked(workspace, self._mails))
        app.router.add_get("/local/bot", routes.asked(workspace, self._bot_state))
        app.router.add_post("/local/controls", routes.posted(workspace, self._control))
        app.router.add_get("/", pages.page)
        app.router.add_get("/{path:.+}", pages.page)

    async def stop(self) -> None:
        self.workspace.stop_timers()
        self.workspace.feed.close()
        await self.workspace.courier.stop()
        await self.workspace.links.close()
        if self._http is not None:
            await self._http.close()
        await self._listener.close()
        self.workspace.journal.close()

    async def use_http(self, address: str) -> bool:
        """Deliver by signed HTTP from now on, when the app there answers the challenge."""
        transport = SignedHttp(address, secret=self.signing_secret)
        if not await transport.verify(self.workspace.verification_token):
            await transport.close()
            return False
        if self._http is not None:
            await self._http.close()
        self.deliver_to(transport)
        return True

    def deliver_to(self, transport: SignedHttp) -> None:
        """Unasked, for an app that is not up yet: what it does not take comes again."""
        self._http = transport
        self.workspace.courier.transport = transport

    async def _events(self, request: web.Request) -> web.StreamResponse:
        return await stream.serve(self.workspace, request, self._bot)

    async def _info(self, inputs: Inputs) -> Json:
        del inputs
        bot = {"bot_user": BOT_USER, "bot_mention": f"<@{BOT_USER}>"}
        return {"url": self.url, "slack_api_url": self.api_url, **bot, **self.info}

    async def _mails(self, inputs: Inputs) -> Json:
        del inputs
        return {"mails": list(self.mails)}

    async def _bot_state(self, inputs: Inputs) -> Json:
        del inputs
        return {"bot": self._bot}

    async def _control(self, inputs: Inputs) -> Json:
        name = inputs.need("name")
        if self.controls is None:
            raise BadInput("nobody is there to do that: the workspace was started without its demo")
        return await self.controls(name)
