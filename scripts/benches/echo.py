"""slack-bolt alone: one slash command that answers at once. Its CPU is what a command costs without us (goal P15)."""

from __future__ import annotations

import asyncio
import json
import sys

import aiohttp
from slack_bolt.adapter.socket_mode.async_handler import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient


async def main() -> None:
    arguments = json.loads(sys.argv[1])
    async with aiohttp.ClientSession() as http:
        client = AsyncWebClient(token=arguments["bot_token"], base_url=arguments["api_url"], session=http)
        app = AsyncApp(client=client)

        @app.command("/cloudops")
        async def echo(ack: object, respond: object, command: dict[str, str]) -> None:
            await ack()  # type: ignore[operator]
            await respond(text=command["text"], response_type="ephemeral")  # type: ignore[operator]

        handler = AsyncSocketModeHandler(app, arguments["app_token"])
        await handler.connect_async()
        print("ready", flush=True)
        await asyncio.to_thread(sys.stdin.read)
        await handler.close_async()


if __name__ == "__main__":
    asyncio.run(main())
