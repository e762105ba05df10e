"""A small bot for the page's tests: unmodified slack-bolt over Socket Mode, with one answer for each kind of interaction."""

from typing import Any, Self

import aiohttp
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from sandbox.slack import LocalSlack
from tests.browser.gallery import HOME, MESSAGES, MODAL, button

SHORTEST_REASON = 10


class GalleryBot:
    def __init__(self, slack: LocalSlack) -> None:
        self.slack = slack
        self.clicked: list[dict[str, Any]] = []
        self.submitted: list[dict[str, Any]] = []

    async def __aenter__(self) -> Self:
        self._session = aiohttp.ClientSession()
        self.client = AsyncWebClient(
            token=self.slack.bot_token, base_url=self.slack.api_url, session=self._session
        )
        app = AsyncApp(client=self.client, signing_secret=self.slack.signing_secret)
        self._listen(app)
        self._handler = AsyncSocketModeHandler(app, self.slack.app_token, web_client=self._socket_client())
        await self._handler.connect_async()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._handler.close_async()
        await self._session.close()

    def _socket_client(self) -> AsyncWebClient:
        return AsyncWebClient(token=self.slack.app_token, base_url=self.slack.api_url, session=self._session)

    async def post_gallery(self, channel: str = "COPS") -> list[str]:
        """Every block; the ts of each message."""
        answers = [
            await self.client.chat_postMessage(channel=channel, text=text, blocks=blocks)
            for text, blocks in MESSAGES.items()
        ]
        return [answer["ts"] for answer in answers]

    async def ask(self, text: str, *elements: dict[str, Any], channel: str = "COPS", **more: Any) -> str:
        blocks = [
            {"type": "section", "text": {"type": "mrkdwn", "text": text}},
            {"type": "actions", "elements": list(elements)},
        ]
        answer = await self.client.chat_postMessage(channel=channel, text=text, blocks=blocks, **more)
        return str(answer["ts"])

    def _listen(self, app: AsyncApp) -> None:
        app.action("open_form")(self._open_form)
        app.action("whisper")(self._whisper)
        app.action("silent")(self._silent)
        app.action({"type": "block_actions", "action_id": "settle"})(self._settle)
        for name in (
            "approve",
            "cancel",
            "pick",
            "more",
            "open_plan",
            "feedback",
            "day",
            "who",
            "boxes",
            "radio",
            "details",
        ):
            app.action(name)(self._note)
        app.view("reason")(self._reason)
        app.command("/cloudops")(self._command)
        app.event("app_home_opened")(self._home)
        app.event("message")(self._ignore)
        app.event("app_mention")(self._ignore)

    async def _note(self, ack: Any, body: dict[str, Any]) -> None:
        await ack()
        self.clicked.append(body)

    async def _open_form(self, ack: Any, body: dict[str, Any]) -> None:
        await ack()
        await self.client.views_open(trigger_id=body["trigger_id"], view=MODAL)

    async def _whisper(self, ack: Any, body: dict[str, Any]) -> None:
        await ack()
        await self.client.chat_postEphemeral(
            channel=body["channel"]["id"],
            user=body["user"]["id"],
            text="Another person must approve. Nothing was changed.",
        )

    async def _silent(self) -> None:
        """Never acknowledges: the person must be told."""

    async def _settle(self, ack: Any, body: dict[str, Any]) -> None:
        await ack()
        text = f"Approved by <@{body['user']['id']}>"
        blocks = [{"type": "section", "text": {"type": "mrkdwn", "text": text}}]
        await self.client.chat_update(
            channel=body["channel"]["id"], ts=body["message"]["ts"], text=text, blocks=blocks
        )

    async def _reason(self, ack: Any, body: dict[str, Any], view: dict[str, Any]) -> None:
        reason = view["state"]["values"]["why"]["text"]["value"] or ""
        if len(reason) < SHORTEST_REASON:
            return await ack(response_action="errors", errors={"why": "Say it in ten characters or more."})
        self.submitted.append(view["state"]["values"])
        return await ack()

    async def _command(self, ack: Any, command: dict[str, Any]) -> None:
        await ack(f"You asked for `{command['text']}`")

    async def _home(self, event: dict[str, Any]) -> None:
        if event["tab"] == "home":
            await self.client.views_publish(user_id=event["user"], view=HOME)

    async def _ignore(self) -> None:
        """The page's tests do not wait for answers to words."""


def form_button() -> dict[str, Any]:
    return button("Give a reason", "open_form")
