"""The reference stack: slack-bolt, LangGraph's agent on ChatGroq with the SQLite saver, chat.postMessage, and nothing else.

No permissions, no audit, no redaction, no durable queue, no limits: what the libraries cost that the product is built on.
"""

from __future__ import annotations

import asyncio
import json
import ssl
import sys
from collections.abc import Sequence
from contextlib import AsyncExitStack
from typing import Any

import aiohttp
import httpx
from langchain.agents import create_agent
from langchain_core.tools import StructuredTool
from langchain_groq import ChatGroq
from langgraph.checkpoint.sqlite.aio import AsyncSqliteSaver
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

MODEL = "openai/gpt-oss-120b"
PROMPT = "You answer questions about a Kubernetes cluster. Use the tools, then answer in a sentence."


def tools_on(cluster: httpx.AsyncClient) -> Sequence[StructuredTool]:
    async def read(namespace: str) -> str:
        """Reads the cluster."""
        return (await cluster.get(f"/api/v1/namespaces/{namespace}/pods?limit=500")).text[:2000]

    return [
        StructuredTool.from_function(coroutine=read, name=name) for name in ("k8s_unhealthy", "k8s_events")
    ]


async def main() -> None:
    arguments = json.loads(sys.argv[1])
    context = ssl.create_default_context(cafile=arguments["ca"])
    headers = {"Authorization": f"Bearer {arguments['token']}"}
    async with AsyncExitStack() as stack:
        saver = await stack.enter_async_context(AsyncSqliteSaver.from_conn_string(arguments["memory"]))
        http = await stack.enter_async_context(aiohttp.ClientSession())
        cluster = await stack.enter_async_context(
            httpx.AsyncClient(base_url=arguments["cluster"], verify=context, headers=headers)
        )
        model = ChatGroq(model=MODEL, api_key="local", base_url=arguments["groq"].removesuffix("/openai/v1"))
        agent: Any = create_agent(model, tools=tools_on(cluster), system_prompt=PROMPT, checkpointer=saver)
        client = AsyncWebClient(token=arguments["bot_token"], base_url=arguments["api_url"], session=http)
        app = AsyncApp(client=client)

        @app.event("app_mention")
        async def answer(event: dict[str, Any]) -> None:
            thread = event.get("thread_ts") or event["ts"]
            config = {"configurable": {"thread_id": thread}}
            said = {"messages": [{"role": "user", "content": event["text"]}]}
            state = await agent.ainvoke(said, config, durability="exit")
            await client.chat_postMessage(
                channel=event["channel"], thread_ts=thread, text=state["messages"][-1].text
            )

        @app.event("message")
        async def heard() -> None:
            """A mention comes as a message, too."""

        handler = AsyncSocketModeHandler(app, arguments["app_token"])
        await handler.connect_async()
        print("ready", flush=True)
        await asyncio.to_thread(sys.stdin.read)
        await handler.close_async()


if __name__ == "__main__":
    asyncio.run(main())
